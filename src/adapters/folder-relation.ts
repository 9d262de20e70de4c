import { existsSync, lstatSync, promises, readlinkSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FolderRelation } from '../core/setup/setup-plan.ts';
import { makeTrial } from './trial-folder.ts';

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

/**
 * As `relationOf`, and for folders that seem to lie apart by trying: what is made in the one for a moment is looked for in the other. So
 * it is seen where one share is mounted twice, and the one folder lies in the other. What cannot be written is taken as it seems.
 * Rejects with the signal's reason.
 */
export async function triedRelation(one: string, other: string, signal?: AbortSignal): Promise<FolderRelation> {
  const seems = relationOf(one, other);
  if (seems !== 'apart') return seems;
  const [a, b] = [nearest(one), nearest(other)];
  // What is made above a folder that is not there yet says only where that one will be.
  const [below, above] = [b === other ? 'same' : 'around', a === one ? 'same' : 'within'] as const;
  const inOne = a === one ? await depthOfTrial(b, a, signal) : null;
  if (inOne !== null) return inOne === 0 ? below : 'around';
  const inOther = b === other ? await depthOfTrial(a, b, signal) : null;
  if (inOther === null) return 'apart';
  return inOther === 0 ? above : 'within';
}

/** The folder itself, or the nearest one above it that is there. Absolute. */
export function nearest(folder: string): string {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (existsSync(at) || path.dirname(at) === at) return at;
  }
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

/** As `realOf`; of a link that leads to nothing any more, where that was. */
export function linkedFrom(folder: string): string {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() !== true || existsSync(folder)) return realOf(folder);
  return linkedFrom(path.resolve(realOf(path.dirname(folder)), readlinkSync(folder)));
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

/** How deep a folder that is made in the one is found in the other: 0 right in it; null: not at all, or none can be made. */
async function depthOfTrial(one: string, other: string, signal?: AbortSignal): Promise<number | null> {
  let trial: string;
  try {
    trial = makeTrial(one);
  } catch {
    return null;
  }
  try {
    return await depthOf(path.basename(trial), other, signal);
  } finally {
    rmdirSync(trial);
  }
}

/** By levels. What cannot be listed has nothing to find; links are not followed. */
async function depthOf(name: string, folder: string, signal?: AbortSignal): Promise<number | null> {
  let level = [folder];
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const at of level) {
      signal?.throwIfAborted();
      const entries = await promises.readdir(at, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (entry.name === name) return depth;
        if (entry.isDirectory()) below.push(path.join(at, entry.name));
      }
    }
    level = below;
  }
  return null;
}
