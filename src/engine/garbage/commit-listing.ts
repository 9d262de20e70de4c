import { isCommitKey } from '../../core/format/fields.ts';
import { generationInKey } from '../../core/garbage/garbage-key.ts';
import type { KeepLimits } from '../../core/garbage/keep.ts';
import { type ListParts, listPages } from './list-pages.ts';
import { storeNow } from './store-clock.ts';

/** The commits that lie on the remote, of the chain or not. Those that are too old to be kept are not remembered one by one. */
export interface CommitListing {
  /** In order of their generations. */
  readonly keys: readonly string[];
  /** By the store's clock; null: it does not say, or the commit is not among them. */
  ageOf(key: string): number | null;
  /** Whether one of an earlier generation lies there. */
  hasBelow(generation: number): boolean;
}

/** `generation`: of the head that was read before. */
export async function listCommits(
  parts: ListParts & { readonly limits: KeepLimits },
  generation: number,
): Promise<CommitListing> {
  const { limits, store, signal } = parts;
  // Before the list: what it tells is then never younger than it is said to be.
  const now = limits.ms > 0 ? await storeNow(store, signal) : 0;
  const written = new Map<string, number>();
  let lowest = Number.POSITIVE_INFINITY;
  let tooOld = -1;
  for await (const page of listPages(parts, 'commits/')) {
    for (const { key, lastModified } of page) {
      if (!isCommitKey(key)) continue;
      const at = generationInKey(key);
      lowest = Math.min(lowest, at);
      const isYoung = limits.ms > 0 && (lastModified === 0 || now - lastModified <= limits.ms);
      if (isYoung || at >= generation - limits.commits) written.set(key, lastModified);
      else tooOld = Math.max(tooOld, at);
    }
  }
  return {
    keys: [...written.keys()],
    ageOf(key) {
      const at = written.get(key) ?? 0;
      if (at !== 0) return now - at;
      return generationInKey(key) <= tooOld ? Number.POSITIVE_INFINITY : null;
    },
    hasBelow: (limit) => lowest < limit,
  };
}
