import pLimit from 'p-limit';
import { SyncError } from '../../core/errors.ts';
import type { Entry, Slice } from '../../core/format/tree.ts';
import type { Read } from '../../core/plan/plan-reads.ts';
import { all } from '../all.ts';
import { AT_ONCE } from '../each.ts';
import type { Fetched, FetchParts } from './download.ts';
import { AT_WORK, decodedWhole, once } from './encoding.ts';
import { readRange } from './read-range.ts';

/**
 * Brings what one range of an object holds into staging, each content verified by its hash. What did not come as the index names
 * it is not in the answer: it has to be asked for by itself, which tells what is wrong with it.
 */
export type FetchTogether<T> = (read: Read<T>) => Promise<ReadonlyMap<T, Fetched>>;

export function openFetcher<T>(
  { store, files, codec, budget, signal, onBytes }: FetchParts,
  entryOf: (item: T) => Entry,
): FetchTogether<T> {
  // Over all ranges: each is a file that is open.
  const staging = pLimit(AT_ONCE);
  const decoding = pLimit(AT_WORK);

  async function stage(slice: Slice, stored: Uint8Array, entry: Entry): Promise<Fetched | null> {
    signal?.throwIfAborted();
    const { mtime, exec, sha256, size } = entry;
    const content = await decoding(() => decodedWhole(codec, slice, stored, size));
    if (content === null || codec.sha256(content) !== sha256) return null;
    try {
      const file = await files.stage(once(content), { mtime, exec, signal });
      if (file.sha256 === sha256) {
        onBytes(content.byteLength);
        return { kind: 'staged', file };
      }
      await files.discard(file);
      return null;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SyncError) return { kind: 'failed', reason: error.message };
      throw error;
    }
  }

  return (read) =>
    budget.within(read.length + read.decoded, async () => {
      const fetched = new Map<T, Fetched>();
      const bytes = await readRange(store, read, signal);
      if (bytes === null) return fetched;
      await all(
        read.wanted.map(({ item, slice }) =>
          staging(async () => {
            const start = slice.offset - read.offset;
            const answer = await stage(slice, bytes.subarray(start, start + slice.length), entryOf(item));
            if (answer) fetched.set(item, answer);
          }),
        ),
      );
      return fetched;
    });
}
