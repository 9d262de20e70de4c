import type { BaseEntry, RemoteTree } from '../core/tree.ts';
import type { Ledger } from './ledger.ts';
import type { Scan } from './scan.ts';

/* What the base knows of a path outlives its exclusion, under a mark: without it, including the path again would bring back
   what was deleted meanwhile, or delete it elsewhere without a question. */

/** Marks the entries of paths that are excluded now. */
export function setAside(ledger: Ledger, scan: Scan): void {
  const left: BaseEntry[] = [];
  for (const entry of ledger.entries.values())
    if (entry.excluded === undefined && scan.isExcluded(entry.path)) left.push({ ...entry, excluded: true });
  if (left.length > 0) ledger.advance(left, []);
}

/** Unmarks what is included again and was found equal on both sides. */
export function takeBack(ledger: Ledger, scan: Scan, remote: RemoteTree): void {
  const back: BaseEntry[] = [];
  for (const { excluded, ...entry } of ledger.entries.values()) {
    const { path, sha256 } = entry;
    const isEqual = scan.files.get(path)?.sha256 === sha256 && remote.get(path)?.sha256 === sha256;
    if (excluded === true && isEqual && !scan.isExcluded(path)) back.push(entry);
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
export function hasExcluded(ledger: Ledger): boolean {
  for (const { excluded } of ledger.entries.values()) if (excluded === true) return true;
  return false;
}

/** What was in step, as far as the rules of today reach. */
export const includedEntries = (ledger: Ledger, scan: Scan): readonly BaseEntry[] =>
  [...ledger.entries.values()].filter(({ path }) => !scan.isExcluded(path));
