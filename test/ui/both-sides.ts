import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Stage } from './stage.ts';

/** A workspace whose `notes.txt` (`one`, `two`) has another first line on the remote, and another second line here. */
export async function changedOnBothSides({ rig }: Stage, prefix: string): Promise<string> {
  const folder = await rig.workspace(prefix, { 'notes.txt': 'one\ntwo\n' });
  expect((await rig.cli(folder, ['sync'])).code).toBe(0);
  const other = await rig.workspace(prefix, {});
  await rig.cli(other, ['pull']);
  await writeFile(join(other, 'data', 'notes.txt'), 'one of the other\ntwo\n');
  expect((await rig.cli(other, ['sync'])).code).toBe(0);
  await writeFile(join(folder, 'data', 'notes.txt'), 'one\ntwo of mine\n');
  return folder;
}
