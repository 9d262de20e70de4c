import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { Workspaces } from './harness.ts';

/** A workspace with files in `.swamp`, which is used in place. */
export async function swamp(rig: Workspaces, files = 12): Promise<string> {
  const workspace = await mkdtemp(path.join(rig.folder, 'setup-'));
  mkdirSync(path.join(workspace, '.git'));
  mkdirSync(path.join(workspace, '.swamp', 'a'), { recursive: true });
  for (let index = 0; index < files; index += 1)
    writeFileSync(path.join(workspace, '.swamp', index % 2 === 0 ? 'a' : '.', `f${index}`), `content ${index}`);
  return workspace;
}
