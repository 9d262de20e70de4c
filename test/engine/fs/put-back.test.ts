import { closeSync, linkSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSandbox, type Sandbox } from './sandbox.ts';

/* What was moved aside and had to go back is still written to by who has it open. */

const refused = (code: string) => Object.assign(new Error(code), { code, syscall: 'link' });

test.each([
  ['where it is linked back, the file has it', false],
  ['where it can only be copied back, staging keeps it', true],
])('%s', async (_where, isCopied) => {
  let links = 0;
  const box = openSandbox({
    link(from, to) {
      links += 1;
      if (links === 1) throw refused('ENOSPC');
      if (isCopied) throw refused('EPERM');
      linkSync(from, to);
    },
  });
  box.write('a', 'as it was');
  const editor = openSync(join(box.root, 'a'), 'r+');
  const staged = await box.stage('theirs');
  expect(await box.files.install(staged, 'a', await box.stamp('a'))).toMatchObject({ kind: 'refused' });
  expect(box.read('a')).toBe('as it was');
  writeSync(editor, 'late!');
  closeSync(editor);
  expect(box.read('a')).toBe(isCopied ? 'as it was' : 'late! was');
  expect(asides(box)).toEqual(isCopied ? ['late! was'] : []);
});

/** What lies in staging under names of the root. */
function asides(box: Sandbox): readonly string[] {
  const folder = join(box.root, '.datastore-staging', box.run, 'aside');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
