import { isCommitKey } from '../../core/format/fields.ts';
import { generationInKey } from '../../core/garbage/garbage-key.ts';
import type { KeepLimits } from '../../core/garbage/keep.ts';
import type { ObjectInfo } from '../ports.ts';
import { type ListParts, listPages } from './list-pages.ts';
import { storeNow } from './store-clock.ts';

/** The commits that lie on the remote, of the chain or not. Those that are too old to be kept are not remembered one by one. */
export interface CommitListing {
  /** In order of their generations. */
  readonly keys: readonly string[];
  /** By the store's clock; null: it does not say, or the commit is not among them. */
  ageOf(key: string): number | null;
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
  let tooOld = -1;
  /** Too old, of the generation that is listed. */
  let left: ObjectInfo[] = [];
  // An old one that stood until lately is no lower than the first that came instead.
  let hasYoung = false;

  for await (const page of listPages(parts, 'commits/')) {
    for (const found of page) {
      const { key, lastModified } = found;
      if (!isCommitKey(key)) continue;
      const at = generationInKey(key);
      if (at !== tooOld) left = [];
      hasYoung ||= limits.ms > 0 && (lastModified === 0 || now - lastModified <= limits.ms);
      if (hasYoung || at >= generation - limits.commits) {
        if (hasYoung) for (const one of left.splice(0)) written.set(one.key, one.lastModified);
        written.set(key, lastModified);
      } else {
        left.push(found);
        tooOld = at;
      }
    }
  }
  return {
    keys: [...written.keys()].toSorted(),
    ageOf(key) {
      const at = written.get(key);
      if (at !== undefined && at !== 0) return now - at;
      return at === undefined && generationInKey(key) <= tooOld ? Number.POSITIVE_INFINITY : null;
    },
  };
}
