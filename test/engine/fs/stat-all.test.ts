import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSandbox } from './sandbox.ts';

/* Many files looked at together are what each is by itself, also where one of them has a name that no file may have. */

test('path by path as one look each', async () => {
  const box = openSandbox();
  for (const name of ['top', 'dir/ok', 'dir/next', 'dir/deep/a', 'dir/deep/b', 'other/a']) box.write(name, name);
  mkdirSync(join(box.root, 'dir/folder'));
  symlinkSync('ok', join(box.root, 'dir/link'));
  symlinkSync('dir', join(box.root, 'linked'));
  for (let nth = 0; nth < 200; nth += 1) box.write(`many/${nth}`, String(nth));
  const paths = [
    'top',
    './top',
    'top/',
    '.git',
    'dir/.git',
    'dir/ok',
    'dir/ok/',
    'dir//ok',
    '../outside/secret.txt',
    'dir/next',
    'dir/folder',
    'dir/link',
    'linked/ok',
    'dir/ok/below',
    'dir/gone',
    'gone/a',
    'gone/b',
    'dir/a\0b',
    'dir/a\\b',
    '',
    'dir/deep/a',
    'other/a',
    'dir/deep/b',
    `dir/${'long'.repeat(100)}`,
    'dir/next',
    ...Array.from({ length: 201 }, (_, nth) => `many/${nth}`),
  ];
  const singly = [];
  for (const path of paths) singly.push(await box.files.stat(path));
  expect(await box.files.statAll(paths)).toEqual(singly);
  expect(singly.filter((stamp) => stamp !== null)).toHaveLength(7 + 200);
});

test('a root that is gone is an error of all', async () => {
  const box = openSandbox();
  box.write('open/a', 'a');
  renameSync(box.root, join(box.outside, 'moved'));
  await expect(box.files.statAll(['open/a'])).rejects.toMatchObject({ kind: 'local' });
});
