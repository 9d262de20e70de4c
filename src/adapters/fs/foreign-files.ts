import { type Dirent, promises } from 'node:fs';
import { join } from 'node:path';
import { LOCKED, NOTHING, type OwnNames, UNLOCKED, withinOf } from './own-names.ts';
import { errorCode } from './refusal.ts';

/**
 * All that is in a folder (absolute) and not ours, whatever any rule says of it: what is no folder, and folders that cannot be listed,
 * by path relative to it with `/`. `isLocked`: we have its lock. Links are not followed. Rejects with the signal's reason.
 */
export async function foreignFiles(
  folder: string,
  isLocked: boolean,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting: { readonly path: string; readonly own: OwnNames }[] = [
    { path: '', own: isLocked ? LOCKED : UNLOCKED },
  ];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    signal?.throwIfAborted();
    const entries = await entriesIn(join(folder, at.path));
    if (entries === null) found.push(at.path);
    const below = at.path === '' ? '' : `${at.path}/`;
    for (const entry of entries ?? []) {
      const path = below + nameOf(entry);
      if (entry.isDirectory()) waiting.push({ path, own: withinOf(at.own, entry.name) ?? NOTHING });
      else if (!entry.isFile() || !at.own.files.test(entry.name)) found.push(path);
    }
  }
  return found;
}

/** As a walk has it. */
const nameOf = ({ name }: Dirent): string => (process.platform === 'darwin' ? name.normalize('NFC') : name);

async function entriesIn(folder: string): Promise<readonly Dirent[] | null> {
  try {
    return await promises.readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}
