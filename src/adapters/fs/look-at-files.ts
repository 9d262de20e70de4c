import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { FileStamp } from '../../core/format/tree.ts';
import type { Clock } from '../../engine/ports.ts';
import { openBreath } from './breath.ts';
import { type Folder, isStill, parentOf, refusedName, type Top } from './guarded-path.ts';
import { errorCode, localError } from './refusal.ts';
import { stampOf } from './stamp.ts';

type Look = FileStamp | null | SyncError;

/** Between two turns of the event loop, and two looks at their folder. */
const MOST = 64;

/** `LocalFiles.statAll`. */
export async function lookAtFiles(root: Top, paths: readonly string[], clock: Clock): Promise<readonly Look[]> {
  const breathe = openBreath(clock);
  const found: Look[] = [];
  while (found.length < paths.length) {
    await breathe();
    const next = paths.slice(found.length, found.length + MOST);
    const end = next.findIndex((path) => dirname(path) !== dirname(next[0] ?? ''));
    found.push(...lookTogether(root, end < 0 ? next : next.slice(0, end)));
  }
  return found;
}

/** At files of one folder. */
function lookTogether(root: Top, paths: readonly string[]): readonly Look[] {
  const fair = paths.find(isFair);
  const parent = fair === undefined ? null : parentOf(root, fair);
  if (parent?.kind !== 'folder') return paths.map(() => null);
  const looks = paths.map((path) => (isFair(path) ? lookIn(parent.folder, path) : null));
  // Some of them may be of what took its place.
  return paths.length === 1 || isStill(parent.folder) ? looks : paths.flatMap((path) => lookTogether(root, [path]));
}

const isFair = (path: string): boolean => refusedName(path.split('/')) === null;

function lookIn(parent: Folder, path: string): Look {
  try {
    const stats = lstatSync(join(parent.path, basename(path)), { throwIfNoEntry: false });
    return stats?.isFile() === true ? stampOf(stats) : null;
  } catch (error) {
    // What this filesystem cannot hold is not there, and is no reason to stop for the others.
    if (errorCode(error) === 'ENAMETOOLONG') return null;
    const known = localError(`\`${path}\` could not be read`, error);
    if (known instanceof SyncError) return known;
    throw error;
  }
}
