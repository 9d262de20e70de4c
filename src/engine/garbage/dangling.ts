import { parseCommit } from '../../core/format/commit-record.ts';
import { CAPS, type Commit } from '../../core/format/records.ts';
import { generationInKey } from '../../core/garbage/garbage-key.ts';
import { isDanglingKept, type KeepLimits } from '../../core/garbage/keep.ts';
import type { ObjectStore } from '../ports.ts';
import { readAll } from '../remote/read-object.ts';
import { refusalOf, storeErrorKind } from '../remote/store-error.ts';
import type { CommitListing } from './commit-listing.ts';
import type { CommitsAhead } from './read-commits-ahead.ts';
import { newer, unreadable } from './refusals.ts';

/**
 * Of the commits that are listed, those outside the chain that are kept: head may have been set back to before them, and be put forth again.
 * What lies two generations above head, or higher, is not among them: that is accepted by a person, or stops all.
 */
export function danglingIn(
  listing: CommitListing,
  chain: ReadonlySet<string>,
  generation: number,
  limits: KeepLimits,
): readonly string[] {
  const ages = [...chain].map((key) => listing.ageOf(key));
  return listing.keys.filter((key) => {
    const above = generationInKey(key) - generation;
    return above <= 1 && !chain.has(key) && isDanglingKept(above, sinceReplaced(listing.ageOf(key), ages), limits);
  });
}

/** How long ago the first commit of the chain came that is no older; null: none did, or the store does not say. */
function sinceReplaced(age: number | null, chain: readonly (number | null)[]): number | null {
  if (age === null) return null;
  let first: number | null = null;
  for (const one of chain) {
    if (one === null) return null;
    if (one <= age) first = Math.max(first ?? 0, one);
  }
  return first;
}

export interface DanglingParts {
  readonly store: ObjectStore;
  readonly ahead: CommitsAhead;
  /** Called before each request: a throw ends it. */
  readonly onRecord: () => void;
  readonly signal: AbortSignal | undefined;
}

/** Reads a commit that no other names, so no hash of it is known. Null: it is gone, or no commit. SyncError('newer-format') where it is of a newer one, 'corrupt' where it may not be read. */
export function readDangling({
  store,
  ahead,
  onRecord,
  signal,
}: DanglingParts): (key: string) => Promise<Commit | null> {
  async function fetch(key: string): Promise<string | null> {
    onRecord();
    try {
      const found = await store.get(key, { signal });
      return found.kind === 'found' ? new TextDecoder().decode(await readAll(found.body, CAPS.commit)) : null;
    } catch (error) {
      const kind = storeErrorKind(error);
      // It is listed, so it is there, and may name anything.
      if (kind === 'denied') throw unreadable(store.name, refusalOf(key), error);
      if (kind === 'missing' || error instanceof RangeError) return null;
      throw error;
    }
  }

  return async (key) => {
    const text = ahead.taken(key) ?? (await fetch(key));
    const parsed = text === null ? null : parseCommit(text);
    if (parsed === null) return null;
    if (parsed.ok) return parsed.value;
    if (parsed.problem.kind === 'corrupt') return null;
    throw newer(store.name, key);
  };
}
