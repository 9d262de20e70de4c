import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Sets one top field of a workspace's configuration, given as its line. */
export function setField(workspace: string, line: string): void {
  const file = path.join(workspace, '.datastore.yaml');
  const [name = ''] = line.split(':');
  const kept = readFileSync(file, 'utf8')
    .split('\n')
    .filter((known) => known !== '' && !known.startsWith(`${name}:`));
  writeFileSync(file, `${[...kept, line].join('\n')}\n`);
}
