import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspaceFiles } from '../../src/adapters/workspace-files.ts';

function workspace(): string {
  const at = mkdtempSync(path.join(tmpdir(), 'files-'));
  onTestFinished(() => rmSync(at, { recursive: true, force: true }));
  return at;
}

const SECTION = '# datastore-sync begin\n/dät/\n# datastore-sync end\n';

test.each<[what: string, bytes: readonly number[]]>([
  ['of Latin-1', [0x63, 0x61, 0x66, 0xe9, 0x2f, 0x0a]],
  ['that begin with the mark of their order', [0xef, 0xbb, 0xbf, 0x61, 0x0a]],
])('bytes of .gitignore %s stay as they are', async (_what, bytes) => {
  const at = workspace();
  const file = path.join(at, '.gitignore');
  writeFileSync(file, Buffer.from(bytes));
  const files = openWorkspaceFiles(at);
  const wanted = Buffer.concat([Buffer.from(bytes), Buffer.from(`\n${SECTION}`)]);
  await files.ignore(['/dät/']);
  expect(readFileSync(file)).toEqual(wanted);
  await files.ignore(['/dät/']);
  expect(readFileSync(file)).toEqual(wanted);
});

test('a configuration that is no UTF-8 text is not edited', async () => {
  const at = workspace();
  const file = path.join(at, '.datastore.yaml');
  const before = Buffer.from([0x23, 0xe9, 0x0a]);
  writeFileSync(file, before);
  const files = openWorkspaceFiles(at);
  for (const edit of ['tryConfig', 'writeConfig'] as const)
    await expect(files[edit]([{ name: 'type', value: 's3' }])).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('not UTF-8 text'),
    });
  expect(readFileSync(file)).toEqual(before);
});
