import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asOrdinaryUser, contents, openSandbox } from './sandbox.ts';

const RUN = '5d0c5a0e-7d0b-4a52-8f0e-000000000000';
const SOURCE = `.datastore-staging/${RUN}/in/0`;
const WHOLE = 'the whole content';

/** What stands under the name that a dead run was copying `WHOLE` to, and whether it is the part that it left. */
const FOUND: Readonly<Record<string, 'goes' | 'stays'>> = {
  '': 'goes',
  'the whole': 'goes',
  [WHOLE]: 'goes',
  'the \0\0\0\0\0 con': 'goes',
  'the hole': 'stays',
  [`${WHOLE} and more`]: 'stays',
  'of somebody': 'stays',
};

test.each(Object.entries(FOUND))('%j %s', async (found, fate) => {
  const { box, dies } = deadRun();
  box.write('sub/a.bin', found);
  dies({ source: SOURCE, target: 'sub/a.bin' });
  await box.files.sweep();
  expect(contents(box.root)).toEqual(fate === 'goes' ? { 'sub/': '' } : { 'sub/': '', 'sub/a.bin': found });
  expect(existsSync(join(box.root, '.datastore-staging', RUN, 'part.json'))).toBe(false);
  // Whatever it was, its bytes are there for a day.
  if (fate === 'goes') expect(readFileSync(join(box.root, '.datastore-staging', RUN, 'part'), 'utf8')).toBe(found);
});

test('a beginning that no note explains is a file like any other', async () => {
  const { box } = deadRun();
  box.write('a.bin', 'the whole');
  await box.files.sweep();
  expect(contents(box.root)).toEqual({ 'a.bin': 'the whole' });
});

test('without its source a file is all there is, and stays', async () => {
  const { box, dies } = deadRun();
  box.write('a.bin', 'the whole');
  dies({ source: `.datastore-staging/${RUN}/in/1`, target: 'a.bin' });
  await box.files.sweep();
  expect(contents(box.root)).toEqual({ 'a.bin': 'the whole' });
});

/** Notes that nobody of us writes. */
const FOREIGN: readonly unknown[] = [
  { source: SOURCE, target: '../outside/secret.txt' },
  { source: SOURCE, target: '/etc/hostname' },
  { source: SOURCE, target: '.git/config' },
  { source: SOURCE, target: 'link/secret.txt' },
  { source: SOURCE, target: 'link-to-file' },
  { source: SOURCE, target: 'folder' },
  { source: SOURCE, target: '' },
  { source: 'mine.txt', target: 'mine.txt' },
  { source: `.datastore-staging/../mine.txt`, target: 'mine.txt' },
  { source: `.datastore-staging/${RUN}/in/link`, target: 'mine.txt' },
  { target: 'mine.txt' },
  'mine.txt',
  null,
];

test.each(FOREIGN)('a note that no run writes moves nothing: %j', async (note) => {
  const { box, dies } = deadRun();
  box.write('mine.txt', 'untouched');
  box.write('folder/.git/config', 'untouched');
  mkdirSync(join(box.root, '.git'));
  writeFileSync(join(box.root, '.git', 'config'), '');
  symlinkSync(box.outside, join(box.root, 'link'));
  symlinkSync(join(box.outside, 'secret.txt'), join(box.root, 'link-to-file'));
  symlinkSync(join(box.root, 'mine.txt'), join(box.root, '.datastore-staging', RUN, 'in', 'link'));
  const [before, outside] = [contents(box.root), contents(box.outside)];
  dies(note);
  await box.files.sweep().catch((error: unknown) => expect(error).toMatchObject({ kind: 'local' }));
  expect(contents(box.root)).toEqual(before);
  expect(contents(box.outside)).toEqual(outside);
});

test('where its folder is out of reach for now, the part goes when it can be reached', async () => {
  const { box, dies } = deadRun();
  box.write('sub/a.bin', 'the whole');
  dies({ source: SOURCE, target: 'sub/a.bin' });
  for (const path of ['', '.datastore-staging', `.datastore-staging/${RUN}`, `.datastore-staging/${RUN}/in`])
    chmodSync(join(box.root, path), 0o777);
  chmodSync(join(box.root, SOURCE), 0o666);
  chmodSync(join(box.root, 'sub'), 0);
  await asOrdinaryUser(() => box.files.sweep());
  chmodSync(join(box.root, 'sub'), 0o777);
  expect(contents(box.root)).toEqual({ 'sub/': '', 'sub/a.bin': 'the whole' });
  await box.files.sweep();
  expect(contents(box.root)).toEqual({ 'sub/': '' });
});

/** A root in whose staging a run has died. */
function deadRun() {
  const box = openSandbox();
  const run = join(box.root, '.datastore-staging', RUN);
  mkdirSync(join(run, 'in'), { recursive: true });
  writeFileSync(join(box.root, SOURCE), WHOLE);
  return { box, dies: (note: unknown) => writeFileSync(join(run, 'part.json'), JSON.stringify(note)) };
}
