import { SyncError } from '../../core/errors.ts';
import { hashOfSlice } from '../../core/format/sync-index.ts';
import type { Entry, RemoteTree, Slice } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { planReads } from '../../core/plan/plan-reads.ts';
import type { ContentVerdict } from '../../core/verify/verify-judge.ts';
import type { ByteBudget } from '../contents/byte-budget.ts';
import { readSlices } from '../contents/download.ts';
import { decodedWhole } from '../contents/encoding.ts';
import { readRange } from '../contents/read-range.ts';
import { AT_ONCE, each } from '../each.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { storeErrorKind } from '../remote/store-error.ts';

export interface CheckParts {
  readonly store: ObjectStore;
  readonly codec: Codec;
  readonly budget: ByteBudget;
}

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (bytes: number) => void;
  readonly onFile?: () => void;
}

/**
 * Reads and hashes every committed content, those that entries share once and those of a pack together, and gives those that are
 * not as the index names them. What looks damaged is read a second time, by itself: a bit can flip on the way, too. Rejects where
 * the store cannot be asked.
 */
export async function checkContents(
  { store, codec, budget }: CheckParts,
  tree: RemoteTree,
  options: CheckOptions = {},
): Promise<ReadonlyMap<SyncPath, ContentVerdict>> {
  const bad = new Map<SyncPath, ContentVerdict>();
  const { together, alone } = planReads([...distinctContents(tree)], ({ entry }) => entry);
  const suspects: Shared[] = [];
  await each(together, AT_ONCE, (read) =>
    budget.within(read.length + read.decoded, async () => {
      options.signal?.throwIfAborted();
      const bytes = await readRange(store, read, options.signal);
      for (const { item, slice } of read.wanted) {
        const start = slice.offset - read.offset;
        const content =
          bytes && (await decodedWhole(codec, slice, bytes.subarray(start, start + slice.length), item.entry.size));
        if (content === null || codec.sha256(content) !== item.entry.sha256) {
          suspects.push(item);
          continue;
        }
        options.onBytes?.(content.byteLength);
        for (const _ of item.paths) options.onFile?.();
      }
    }),
  );
  await each([...alone, ...suspects], AT_ONCE, async ({ entry, paths }) => {
    options.signal?.throwIfAborted();
    const first = await checkOnce(store, codec, entry, options);
    const verdict =
      first?.kind === 'damaged' ? await checkOnce(store, codec, entry, { signal: options.signal }) : first;
    for (const path of paths) {
      if (verdict) bad.set(path, verdict);
      options.onFile?.();
    }
  });
  return bad;
}

/** One content under all its names. */
interface Shared {
  readonly entry: Entry;
  readonly paths: readonly SyncPath[];
}

/** Contents that entries share through the same slices count once. */
export function distinctContents(tree: RemoteTree): Iterable<Shared> {
  const found = new Map<string, { entry: Entry; paths: SyncPath[] }>();
  for (const entry of tree.values()) {
    const key = `${entry.sha256} ${entry.size} ${entry.slices.map(sliceName).join(' ')}`;
    const known = found.get(key);
    if (known) known.paths.push(entry.path);
    else found.set(key, { entry, paths: [entry.path] });
  }
  return found.values();
}

const sliceName = ({ object, offset, length, encoding }: Slice): string =>
  `${object}+${offset}+${length}${encoding === undefined ? '' : ` as ${encoding}`}`;

/** Null: as the index names it. */
async function checkOnce(
  store: ObjectStore,
  codec: Codec,
  entry: Entry,
  { signal, onBytes }: CheckOptions,
): Promise<ContentVerdict | null> {
  const whole = codec.hasher();
  let size = 0;
  let suspect: string | null = null;
  for (const slice of entry.slices) {
    const part = codec.hasher();
    const named = entry.slices.length > 1 ? hashOfSlice(slice) : null;
    let stored = 0;
    try {
      for await (const bytes of readSlices(store, codec, { ...entry, slices: [slice] }, signal)) {
        stored += bytes.byteLength;
        size += bytes.byteLength;
        if (size > entry.size) return damaged(`${slice.object} has more bytes than the index names`);
        onBytes?.(bytes.byteLength);
        whole.update(bytes);
        if (named !== null) part.update(bytes);
      }
    } catch (error) {
      signal?.throwIfAborted();
      return verdictOf(error, slice.object);
    }
    if (slice.encoding === undefined && stored !== slice.length)
      return damaged(`${slice.object} has ${stored} bytes where the index names ${slice.length}`);
    if (named !== null && part.digest() !== named) suspect ??= slice.object;
  }
  if (size === entry.size && whole.digest() === entry.sha256) return null;
  if (suspect !== null) return damaged(`${suspect} has other bytes than its name says`);
  return damaged(`${entry.slices[0]?.object ?? 'an empty content'} does not match the hash in the index`);
}

const damaged = (reason: string): ContentVerdict => ({ kind: 'damaged', reason });

function verdictOf(error: unknown, object: string): ContentVerdict {
  switch (storeErrorKind(error)) {
    case 'missing':
      return { kind: 'missing', reason: `${object} is missing` };
    // Where listing is not allowed, S3 says so of what is missing, too.
    case 'denied':
      return { kind: 'unreadable', reason: `the store refuses ${object}: it is missing, or may not be read` };
    case 'rejected':
      return damaged(`${object} cannot be read in the range the index names`);
    case null:
      if (error instanceof SyncError && error.kind === 'newer-format')
        return { kind: 'unreadable', reason: `${object}: ${error.message}` };
      if (error instanceof SyncError) throw error;
      return damaged(`${object} cannot be unpacked`);
    default:
      throw error;
  }
}
