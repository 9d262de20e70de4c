import type { BaseEntry, RemoteTree } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { type Breathe, nowAndThen } from '../breath.ts';
import type { Ledger } from '../state/ledger.ts';
import { someExcluded } from '../state/packed-tree.ts';
import type { Scan } from './scan.ts';

/* What the base knows of a path outlives its exclusion, and the time in which its name may not travel, under a mark: without it,
   including or allowing the path again would bring back what was deleted meanwhile, or delete it elsewhere without a question. */

/** Whether the rules of today leave a path alone: it is excluded, or held back. */
export type LeftOut = (path: SyncPath) => boolean;

/** Marks the entries of those of these paths that are left out now. */
export async function setAside(
  ledger: Ledger,
  paths: Iterable<SyncPath>,
  isLeftOut: LeftOut,
  breathe: Breathe,
): Promise<void> {
  const left: BaseEntry[] = [];
  const isTime = nowAndThen();
  for (const path of paths) {
    if (isTime()) await breathe();
    const entry = isLeftOut(path) ? ledger.entries.get(path) : undefined;
    if (entry !== undefined && entry.excluded === undefined) left.push({ ...entry, excluded: true });
  }
  if (left.length > 0) ledger.advance(left, []);
}

/** Unmarks what is no longer left out and was found equal on both sides. */
export function takeBack(ledger: Ledger, scan: Scan, remote: RemoteTree, isLeftOut: LeftOut): void {
  if (!hasExcluded(ledger)) return;
  const back: BaseEntry[] = [];
  for (const { excluded, ...entry } of ledger.entries.values()) {
    const { path, sha256 } = entry;
    const isEqual = scan.files.get(path)?.sha256 === sha256 && remote.get(path)?.sha256 === sha256;
    if (excluded === true && isEqual && !isLeftOut(path)) back.push(entry);
  }
  if (back.length > 0) ledger.advance(back, []);
}

/** New stamps of unchanged files; a mark stays. */
export function refresh(ledger: Ledger, scan: Scan): void {
  ledger.advance(
    scan.refreshed.map((entry) =>
      ledger.entries.get(entry.path)?.excluded === true ? { ...entry, excluded: true } : entry,
    ),
    [],
  );
}

/** With any, an unchanged commit does not mean that nothing is left to bring here. */
export const hasExcluded = (ledger: Ledger): boolean => someExcluded(ledger.entries);
