import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { FileStamp } from '../../core/format/tree.ts';
import type { Clock } from '../../engine/ports.ts';
import { openBreath } from './breath.ts';
import { type FolderAnswer, parentOf, refusedName, type Top } from './guarded-path.ts';
import { errorCode, localError } from './refusal.ts';
import { stampOf } from './stamp.ts';

/** `LocalFiles.statAll`. */
export async function lookAtFiles(
  root: Top,
  paths: readonly string[],
  clock: Clock,
): Promise<readonly (FileStamp | null | SyncError)[]> {
  const breathe = openBreath(clock);
  const found: (FileStamp | null | SyncError)[] = [];
  let parent = null as { readonly of: string; readonly answer: FolderAnswer } | null;
  for (const path of paths) {
    // While others had their turn it may have become another.
    if (await breathe()) parent = null;
    const of = dirname(path);
    if (parent?.of !== of) parent = { of, answer: parentOf(root, path) };
    found.push(lookIn(parent.answer, path));
  }
  return found;
}

function lookIn(parent: FolderAnswer, path: string): FileStamp | null | SyncError {
  const name = basename(path);
  if (parent.kind !== 'folder' || refusedName([name]) !== null) return null;
  try {
    const stats = lstatSync(join(parent.folder.path, name), { throwIfNoEntry: false });
    return stats?.isFile() === true ? stampOf(stats) : null;
  } catch (error) {
    // What this filesystem cannot hold is not there, and is no reason to stop for the others.
    if (errorCode(error) === 'ENAMETOOLONG') return null;
    const known = localError(`\`${path}\` could not be read`, error);
    if (known instanceof SyncError) return known;
    throw error;
  }
}
