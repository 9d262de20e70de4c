import type { Problem } from '../errors.ts';
import type { FileStamp } from '../format/tree.ts';
import { parseSyncPath, type SyncPath } from '../paths/sync-path.ts';

/** What one run did to the files here, as it wrote it down, and what is kept of it. */
export interface UndoRecord {
  /** Null: a sync; else the run that this one took back. */
  readonly undoes: string | null;
  /** In their order. `expected`: what was there; `becomes`: what came; SHA-256, null: nothing. */
  readonly changes: readonly {
    readonly path: string;
    readonly expected: string | null;
    readonly becomes: string | null;
  }[];
  /** Files that it moved aside, the earliest first where it moved more than one from a path. Sizes in bytes. */
  readonly kept: readonly { readonly path: string; readonly name: string; readonly size: number }[];
}

export interface FileNow {
  readonly sha256: string;
  readonly stamp: FileStamp;
}

/** Brings back a kept version, or takes away what an undo has brought (`kept` null). */
export interface UndoStep {
  readonly path: SyncPath;
  /** Its name in staging. */
  readonly kept: string | null;
  /** Bytes of what comes back. */
  readonly size: number;
  /** Contents that the kept file may have: with another one somebody has written to it since. */
  readonly was: readonly string[];
  /** What goes aside for it; null: nothing is there. */
  readonly now: FileNow | null;
}

export interface UndoPlan {
  readonly steps: readonly UndoStep[];
  /** Paths that are as they were before. */
  readonly back: readonly string[];
  /** Paths that are left as they are, and why. */
  readonly left: readonly Problem[];
}

/** Paths that a plan has to know the contents of. */
export const undoPaths = (record: UndoRecord): readonly string[] => [...new Set(concerned(record))];

/** Of these files, and of what lies below these folders; all where none are named. A file of the run names itself alone. */
export function chooseUndo(record: UndoRecord, paths: readonly string[] | undefined): UndoRecord {
  if (paths === undefined) return record;
  const chosen = new Set(paths);
  const files = new Set(undoPaths(record));
  // Looked up from itself upwards: ten thousand paths are not compared with ten thousand.
  const isBelow = (path: string): boolean => {
    if (path === '') return false;
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    return (chosen.has(folder) && !files.has(folder)) || isBelow(folder);
  };
  const isChosen = ({ path }: { readonly path: string }) => chosen.has(path) || isBelow(path);
  return { ...record, changes: record.changes.filter(isChosen), kept: record.kept.filter(isChosen) };
}

/**
 * What it takes to have back the files that a run replaced or deleted here. A path is taken back only where it is as that run
 * left it. What a sync has brought new stays, for it is another's work; what an undo has brought goes. `now` gives null where
 * nothing is, and a reason where that cannot be told.
 */
export function planUndo(record: UndoRecord, now: ReadonlyMap<string, FileNow | null | string>): UndoPlan {
  const steps: UndoStep[] = [];
  const back: string[] = [];
  const left: Problem[] = [];
  const changes = byPath(record.changes);
  const kept = byPath(record.kept);
  for (const path of undoPaths(record)) {
    const decided = decide(path, changes.get(path) ?? [], kept.get(path)?.[0], now.get(path) ?? null);
    if (decided === null) back.push(path);
    else if (typeof decided === 'string') left.push({ path, reason: decided });
    else steps.push(decided);
  }
  return { steps, back, left };
}

function byPath<T extends { readonly path: string }>(items: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const known = found.get(item.path);
    if (known === undefined) found.set(item.path, [item]);
    else known.push(item);
  }
  return found;
}

function concerned({ undoes, changes, kept }: UndoRecord): readonly string[] {
  const brought = undoes === null ? [] : changes.filter(({ expected }) => expected === null);
  return [...kept, ...brought].map(({ path }) => path);
}

/** Null: it is back already. */
function decide(
  path: string,
  changes: UndoRecord['changes'],
  kept: UndoRecord['kept'][number] | undefined,
  now: FileNow | null | string,
): UndoStep | string | null {
  const parsed = parseSyncPath(path);
  if (!parsed.ok) return parsed.problem;
  if (typeof now === 'string') return now;
  const was = changes.flatMap(({ expected }) => expected ?? []);
  const here = now?.sha256 ?? null;
  // A run that met a path twice may have done only the first of what it wrote down.
  if (!changes.some(({ becomes }) => becomes === here)) {
    const isBack = kept === undefined ? here === null : here !== null && was.includes(here);
    return isBack ? null : 'it changed since';
  }
  if (kept === undefined && now === null) return null;
  return { path: parsed.value, kept: kept?.name ?? null, size: kept?.size ?? 0, was, now };
}
