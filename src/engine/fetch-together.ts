import type { Read } from '../core/packs.ts';
import type { Entry } from '../core/tree.ts';
import type { ByteBudget } from './byte-budget.ts';
import { each } from './each.ts';
import type { Codec, LocalFiles, ObjectStore, StagedFile } from './ports.ts';
import { readRange } from './read-range.ts';

/** Files of one range that are written at the same time. */
const STAGED_AT_ONCE = 16;

export interface FetchParts {
  readonly store: ObjectStore;
  readonly files: LocalFiles;
  readonly codec: Codec;
  readonly budget: ByteBudget;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Brings what one range of an object holds into staging, each content verified by its hash. Gives those that came as the index
 * names them: the others have to be asked for one by one, which tells what is wrong with each.
 */
export async function fetchTogether<T>(
  { store, files, codec, budget, signal, onBytes }: FetchParts,
  read: Read<T>,
  entryOf: (item: T) => Entry,
): Promise<ReadonlyMap<T, StagedFile>> {
  return budget.within(read.length, async () => {
    const staged = new Map<T, StagedFile>();
    const bytes = await readRange(store, read, signal);
    if (bytes === null) return staged;
    await each(read.wanted, STAGED_AT_ONCE, async ({ item, slice }) => {
      const { mtime, exec, sha256 } = entryOf(item);
      const start = slice.offset - read.offset;
      const content = bytes.subarray(start, start + slice.length);
      if (codec.sha256(content) !== sha256) return;
      // What is wrong with this path will be found, and said, when it is asked for by itself.
      const file = await files.stage(once(content), { mtime, exec, signal }).catch(() => null);
      signal?.throwIfAborted();
      if (file === null) return;
      if (file.sha256 !== sha256) return files.discard(file);
      staged.set(item, file);
      onBytes(content.byteLength);
    });
    return staged;
  });
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
