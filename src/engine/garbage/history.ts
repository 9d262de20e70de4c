import { SyncError } from '../../core/errors.ts';
import type { Head } from '../../core/format/records.ts';
import { generationInKey } from '../../core/garbage/garbage-key.ts';
import type { KeepLimits } from '../../core/garbage/keep.ts';
import type { CycleParts } from '../cycle/run.ts';
import type { RegisterState } from '../remote/register.ts';
import { createRemoteLog } from '../remote/remote-log.ts';
import type { Allowance } from './allowance.ts';
import { listCommits } from './commit-listing.ts';
import { danglingIn, readDangling } from './dangling.ts';
import { createNamed, type Named } from './named-keys.ts';
import { readCommitsAhead } from './read-commits-ahead.ts';

/** What is kept of the history, as seen from one head, and what else lies there of commits. */
export interface History {
  readonly state: RegisterState;
  readonly named: Named;
  /**
   * Commits of generations that none can have while head stands at this one, or an earlier: each is written one above the head that its
   * writer saw. The head must have been read after this was looked at.
   */
  beyond(generation: number): readonly string[];
}

/** Looks that a moving remote may cost. */
const MOST_LOOKS = 3;

/**
 * Reads what the kept commits name. Needs no lease: what it finds stays true, and commits that come later are added. Rejects as `Named`;
 * only where head stands still: else a commit may have been collected meanwhile.
 */
export async function readHistory(
  parts: CycleParts,
  first: RegisterState & { readonly head: Head },
  limits: KeepLimits,
  allowance: Allowance,
  signal: AbortSignal | undefined,
): Promise<History> {
  let state = first;
  for (let looks = 1; ; looks += 1) {
    try {
      return await look(parts, state, limits, allowance, signal);
    } catch (error) {
      if (!(error instanceof SyncError) || error.kind !== 'corrupt') throw error;
      const now = await parts.register.read(signal);
      if (looks === MOST_LOOKS || now.head === null || now.etag === state.etag) throw error;
      state = { ...now, head: now.head };
    }
  }
}

async function look(
  { store, codec, base }: CycleParts,
  state: RegisterState & { readonly head: Head },
  limits: KeepLimits,
  { ask }: Allowance,
  signal: AbortSignal | undefined,
): Promise<History> {
  const { head } = state;
  const generation = head.commit?.generation ?? 0;
  const listing = await listCommits({ store, limits, signal, onPage: ask }, generation);
  // Each, and the shard that it has changed.
  ask(2 * listing.keys.length);
  const ahead = readCommitsAhead(
    { store, codec, signal },
    listing.keys.filter((key) => generationInKey(key) <= generation),
  );
  // What was read of the past would never be dropped again.
  const log = createRemoteLog(store, codec, {
    kept: async (sha256) => ahead.take(sha256) ?? (await base.kept(sha256)),
    keep: async () => {},
  });
  const named = createNamed({
    name: store.name,
    limits,
    listing,
    onRecord: ask,
    log: {
      shard: (pointer, stop) => log.shard(pointer, stop),
      async readCommit(pointer, stop) {
        if ((await base.kept(pointer.sha256)) === null) await ahead.reach(pointer.key);
        return log.readCommit(pointer, stop);
      },
    },
  });
  await named.add(head, signal);
  await named.addDangling(
    danglingIn(listing, named.commits, generation, limits),
    readDangling({ store, ahead, onRecord: ask, signal }),
    signal,
  );
  return {
    state,
    named,
    beyond: (at) => listing.keys.filter((key) => generationInKey(key) > at + 1),
  };
}
