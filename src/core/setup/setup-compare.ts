import type { Sha256 } from '../format/tree.ts';

/** What a comparison needs of a file. `mtime` in milliseconds since 1970. */
export interface ComparedFile {
  readonly sha256: Sha256;
  readonly size: number;
  readonly mtime: number;
  /** Whether its owner may run it. */
  readonly exec: boolean;
}

export interface Comparison {
  readonly equal: readonly string[];
  /** In the source alone. */
  readonly missing: readonly string[];
  /** Other bytes at the same path. */
  readonly different: readonly string[];
  /** The same bytes with another time of change. */
  readonly otherTime: readonly string[];
  /** The same bytes, which can be run on one side alone. */
  readonly otherMode: readonly string[];
}

/** The steps of file systems in use, milliseconds. */
const STEPS_MS = [1, 10, 1000, 2000] as const;
/** That of FAT. */
export const COARSEST_STEP_MS = 2000;

/** Setting a time may miss it by a microsecond, and no double shows less. */
const LEAST_MS = 0.0015;

/** `stepMs`: how coarse the times are that either side keeps; 0: as fine as we can set them. */
export const isSameTime = (
  one: Pick<ComparedFile, 'mtime'>,
  other: Pick<ComparedFile, 'mtime'>,
  stepMs: number,
): boolean => Math.abs(one.mtime - other.mtime) < Math.max(stepMs, LEAST_MS);

/** How coarse a file system's times are that has `kept` this of one which was set; 0: as fine as we can set them, or not kept at all. */
export function timeStepOf(set: number, kept: number): number {
  const missed = Math.abs(set - kept);
  return missed < LEAST_MS ? 0 : (STEPS_MS.find((step) => missed < step) ?? 0);
}

/** How a target stands to a source, path by path. A file of another time or mode is among the equal ones, too. `stepMs`: as `isSameTime`. */
export function compareTrees(
  source: ReadonlyMap<string, ComparedFile>,
  target: ReadonlyMap<string, ComparedFile>,
  stepMs = 0,
): Comparison {
  const equal: string[] = [];
  const missing: string[] = [];
  const different: string[] = [];
  const otherTime: string[] = [];
  const otherMode: string[] = [];
  for (const [path, file] of source) {
    const found = target.get(path);
    if (found === undefined) missing.push(path);
    else if (found.sha256 !== file.sha256) different.push(path);
    else {
      equal.push(path);
      if (!isSameTime(found, file, stepMs)) otherTime.push(path);
      if (found.exec !== file.exec) otherMode.push(path);
    }
  }
  return { equal, missing, different, otherTime, otherMode };
}
