import { StoreError, SyncError } from '../../core/errors.ts';
import type { Entry, Slice } from '../../core/format/tree.ts';
import type { Codec, LocalFiles, ObjectStore, StagedFile } from '../ports.ts';
import { refusalOf, storeErrorKind } from '../remote/store-error.ts';
import type { ByteBudget } from './byte-budget.ts';
import { decoded, requireReadable, windowBytes } from './encoding.ts';
import { readAhead } from './read-ahead.ts';

/**
 * The content of a committed file, unverified: whoever takes the bytes compares length and hash. Never more than the entry names:
 * SyncError('corrupt'), or RangeError of the codec. With a budget its slices are read ahead.
 */
export async function* readSlices(
  store: ObjectStore,
  codec: Codec,
  entry: Entry,
  signal?: AbortSignal,
  budget?: ByteBudget,
): AsyncIterable<Uint8Array> {
  const open = async (slice: Slice): Promise<AsyncIterable<Uint8Array>> => {
    const found = await store.get(slice.object, { range: { offset: slice.offset, length: slice.length }, signal });
    if (found.kind === 'unchanged') throw new StoreError('rejected', `${slice.object}: unexpected answer`);
    return found.body;
  };
  for (const slice of entry.slices) requireReadable(codec, slice);
  const isAhead = budget !== undefined && entry.slices.length > 1;
  const parts = isAhead ? readAhead({ store, budget, signal, open }, entry) : oneByOne(open, entry.slices);
  let left = entry.size;
  for await (const { slice, stored } of parts) {
    for await (const bytes of decoded(codec, slice, stored, left)) {
      left -= bytes.byteLength;
      if (left < 0) throw new SyncError('corrupt', 'the remote gives more bytes than the index names', LEFT_ALONE);
      yield bytes;
    }
  }
}

const LEFT_ALONE = 'The local file was left alone.';

async function* oneByOne(
  open: (slice: Slice) => Promise<AsyncIterable<Uint8Array>>,
  slices: readonly Slice[],
): AsyncGenerator<{ readonly slice: Slice; readonly stored: AsyncIterable<Uint8Array> }> {
  for (const slice of slices) yield { slice, stored: await open(slice) };
}

export type Fetched =
  | { readonly kind: 'staged'; readonly file: StagedFile }
  /** An object is gone: collected meanwhile, or damage. The head tells which. */
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface FetchParts {
  readonly store: ObjectStore;
  readonly files: LocalFiles;
  readonly codec: Codec;
  readonly budget: ByteBudget;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
}

/** Brings one committed file into staging, verified by length and hash. */
export async function fetchEntry(
  { store, files, codec, budget, signal, onBytes }: FetchParts,
  entry: Entry,
): Promise<Fetched> {
  const { mtime, exec } = entry;
  const stage = () =>
    files.stage(counted(readSlices(store, codec, entry, signal, budget), onBytes), { mtime, exec, signal });
  // Of several, each has its window with it.
  const [only, ...others] = entry.slices;
  const window = only === undefined || others.length > 0 ? 0 : windowBytes(only, entry.size);
  try {
    const file = await (window === 0 ? stage() : budget.within(window, stage));
    if (file.sha256 === entry.sha256 && file.stamp.size === entry.size) return { kind: 'staged', file };
    await files.discard(file);
    return { kind: 'failed', reason: 'the bytes on the remote do not match their hash; the local file was left alone' };
  } catch (error) {
    signal?.throwIfAborted();
    const kind = storeErrorKind(error);
    if (kind === 'missing') return { kind: 'missing', reason: 'its content is missing on the remote' };
    if (kind === 'denied') return { kind: 'missing', reason: refusalOf('its content') };
    if (kind !== null && kind !== 'rejected') throw error;
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function* counted(body: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void): AsyncIterable<Uint8Array> {
  for await (const bytes of body) {
    onBytes(bytes.byteLength);
    yield bytes;
  }
}
