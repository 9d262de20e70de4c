import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FolderRelation } from '../core/setup/setup-plan.ts';

/**
 * How one absolute folder lies to another, whatever links, mounts or spellings lead to them: by their real paths as far as they are
 * there, and by what the filesystem knows each folder as.
 */
export function relationOf(one: string, other: string): FolderRelation {
  const [a, b] = [chainOf(one), chainOf(other)];
  const isIn = (folder: readonly Level[], above: readonly Level[]): boolean =>
    folder.some((level) => above[0] !== undefined && isSame(level, above[0]));
  const [within, around] = [isIn(a, b), isIn(b, a)];
  if (within && around) return 'same';
  if (within) return 'within';
  return around ? 'around' : 'apart';
}

/** The real path, as far as it is there. */
export function realOf(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    const above = path.dirname(folder);
    return above === folder ? folder : path.join(realOf(above), path.basename(folder));
  }
}

/** Relative with `/`, where the folder lies in the other; else null. Paths are taken as they are. */
export function below(folder: string, above: string): string | null {
  const relative = path.relative(above, folder);
  const isOutside =
    relative === '' || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return isOutside ? null : relative.replaceAll(path.sep, '/');
}

interface Level {
  readonly path: string;
  /** Device and inode; null where there is none. */
  readonly id: string | null;
}

/** The folder, and each one above it. */
function chainOf(folder: string): readonly Level[] {
  const levels: Level[] = [];
  for (let at = realOf(path.resolve(folder)); ; at = path.dirname(at)) {
    const found = statSync(at, { bigint: true, throwIfNoEntry: false });
    levels.push({ path: at, id: found === undefined || found.ino === 0n ? null : `${found.dev}:${found.ino}` });
    if (path.dirname(at) === at) return levels;
  }
}

const isSame = (a: Level, b: Level): boolean => a.path === b.path || (a.id !== null && a.id === b.id);
