import pLimit from 'p-limit';
import { SyncError } from '../../core/errors.ts';
import type { Entry } from '../../core/format/tree.ts';
import type { Read } from '../../core/plan/plan-reads.ts';
import { all } from '../all.ts';
import type { Fetched, FetchParts } from './download.ts';
import { AT_WORK, decodedWhole } from './encoding.ts';
import { readRange } from './read-range.ts';

/** While one is flushed, the other is written. */
const GROUPS_AT_ONCE = 2;
/** Files that are handed over together: enough to do for somebody else while this thread has its own to do. */
const GROUP = 128;

/**
 * Brings what one range of an object holds into staging, each content verified by its hash. What did not come as the index names
 * it is not in the answer: it has to be asked for by itself, which tells what is wrong with it.
 */
export type FetchTogether<T> = (read: Read<T>) => Promise<ReadonlyMap<T, Fetched>>;

export function openFetcher<T>(
  { store, files, codec, budget, signal, onBytes }: FetchParts,
  entryOf: (item: T) => Entry,
): FetchTogether<T> {
  // Over all ranges: each group has files that are open.
  const staging = pLimit(GROUPS_AT_ONCE);
  const decoding = pLimit(AT_WORK);

  async function contentOf(
    { item, slice }: Wanted<T>,
    { offset }: Read<T>,
    stored: Uint8Array,
  ): Promise<Content<T> | null> {
    const entry = entryOf(item);
    const start = slice.offset - offset;
    const part = stored.subarray(start, start + slice.length);
    const bytes =
      slice.encoding === undefined ? part : await decoding(() => decodedWhole(codec, slice, part, entry.size));
    return bytes && { item, entry, bytes };
  }

  async function stage(group: readonly Content<T>[], fetched: Map<T, Fetched>): Promise<void> {
    signal?.throwIfAborted();
    const staged = await files.stageAll(group.map(({ entry: { mtime, exec }, bytes }) => ({ bytes, mtime, exec })));
    for (const [index, { item, entry }] of group.entries()) {
      const file = staged[index];
      if (file === undefined) continue;
      if (file instanceof SyncError) {
        fetched.set(item, { kind: 'failed', reason: file.message });
      } else if (file.sha256 === entry.sha256) {
        onBytes(entry.size);
        fetched.set(item, { kind: 'staged', file });
      } else {
        await files.discard(file).catch((error: unknown) => {
          if (!(error instanceof SyncError)) throw error;
          fetched.set(item, { kind: 'failed', reason: error.message });
        });
      }
    }
  }

  return (read) =>
    budget.within(read.length + read.decoded, async () => {
      const fetched = new Map<T, Fetched>();
      const stored = await readRange(store, read, signal);
      if (stored === null) return fetched;
      await all(
        groupsOf(read.wanted).map((group) =>
          staging(async () => {
            signal?.throwIfAborted();
            const contents = await all(group.map((wanted) => contentOf(wanted, read, stored)));
            await stage(
              contents.filter((content) => content !== null),
              fetched,
            );
          }),
        ),
      ).catch(async (error: unknown) => {
        // Nobody hears of what has come.
        for (const one of fetched.values())
          if (one.kind === 'staged') await files.discard(one.file).catch(() => undefined);
        throw error;
      });
      return fetched;
    });
}

type Wanted<T> = Read<T>['wanted'][number];

interface Content<T> {
  readonly item: T;
  readonly entry: Entry;
  readonly bytes: Uint8Array;
}

function groupsOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const groups: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += GROUP) groups.push(items.slice(at, at + GROUP));
  return groups;
}
