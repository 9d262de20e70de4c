import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const litter: string[] = [];

/**
 * A new folder, which is removed at the end of the whole run and not before: for minutes after many files were removed, ext4 passes over
 * their inodes one by one whenever a file is made, so that each program would be measured by what the one before it has left.
 */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `datastore-bench-${name}-`));
  litter.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of litter.splice(0)) rmSync(folder, { recursive: true, force: true });
}
