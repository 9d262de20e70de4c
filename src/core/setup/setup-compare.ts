import type { Sha256 } from '../format/tree.ts';

/** What a comparison needs of a file. `mtime` in milliseconds since 1970. */
export interface ComparedFile {
  readonly sha256: Sha256;
  readonly size: number;
  readonly mtime: number;
}

export interface Comparison {
  readonly equal: readonly string[];
  /** In the source alone. */
  readonly missing: readonly string[];
  /** Other bytes at the same path. */
  readonly different: readonly string[];
  /** The same bytes with another time of change. */
  readonly otherTime: readonly string[];
}

/** The coarsest step of a file system in use (FAT), milliseconds. */
const TIME_STEP_MS = 2000;

/** As far as every file system keeps it. */
export const isSameTime = (one: Pick<ComparedFile, 'mtime'>, other: Pick<ComparedFile, 'mtime'>): boolean =>
  Math.abs(one.mtime - other.mtime) < TIME_STEP_MS;

/** How a target stands to a source, path by path. A file of another time is among the equal ones, too. */
export function compareTrees(
  source: ReadonlyMap<string, ComparedFile>,
  target: ReadonlyMap<string, ComparedFile>,
): Comparison {
  const equal: string[] = [];
  const missing: string[] = [];
  const different: string[] = [];
  const otherTime: string[] = [];
  for (const [path, file] of source) {
    const found = target.get(path);
    if (found === undefined) missing.push(path);
    else if (found.sha256 !== file.sha256) different.push(path);
    else {
      equal.push(path);
      if (!isSameTime(found, file)) otherTime.push(path);
    }
  }
  return { equal, missing, different, otherTime };
}
