import { SyncError } from '../../core/errors.ts';
import { hashOfSlice } from '../../core/format/sync-index.ts';
import type { Entry, Slice } from '../../core/format/tree.ts';
import type { ContentVerdict } from '../../core/verify/verify-judge.ts';
import { readSlices } from '../contents/download.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { refusalOf, storeErrorKind } from '../remote/store-error.ts';
import type { CheckOptions } from './verify-contents.ts';

/** Reads one content to its end. Null: it is as the index names it, in the whole and slice by slice. */
export async function checkContent(
  store: ObjectStore,
  codec: Codec,
  entry: Entry,
  options: CheckOptions,
): Promise<ContentVerdict | null> {
  const whole = codec.hasher();
  const isCut = entry.slices.length > 1;
  const others: Slice[] = [];
  let left = entry.size;
  for (const slice of entry.slices) {
    const part = codec.hasher();
    const named = hashOfSlice(slice, entry);
    const before = left;
    try {
      for await (const bytes of readSlices(store, codec, { ...entry, size: left, slices: [slice] }, options.signal)) {
        left -= bytes.byteLength;
        options.onBytes?.(bytes.byteLength);
        whole.update(bytes);
        if (isCut) part.update(bytes);
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      return verdictOf(error, slice.object);
    }
    const stored = before - left;
    if (slice.encoding === undefined && stored !== slice.length)
      return damaged(`${slice.object} has ${stored} bytes where the index names ${slice.length}`);
    // One alone is the whole, which is compared below.
    if (named !== null && named !== (isCut ? part.digest() : entry.sha256)) others.push(slice);
  }
  const [first] = others;
  if (left > 0 || whole.digest() !== entry.sha256) {
    if (first !== undefined && isCut) return damaged(otherBytes(first));
    return damaged(`${entry.slices[0]?.object ?? 'an empty content'} does not match the hash in the index`);
  }
  for (const slice of others) {
    try {
      if (await isMisnamed(store, slice, options)) return damaged(otherBytes(slice));
    } catch (error) {
      return verdictOf(error, slice.object);
    }
  }
  return null;
}

const otherBytes = ({ object, sha256 }: Slice): string =>
  sha256 === undefined
    ? `${object} has other bytes than its name says`
    : `${object} has other bytes than its slice says`;

/** Whether others who look for the bytes that it names would find these. The beginning of a larger object is no more than that. */
async function isMisnamed(store: ObjectStore, slice: Slice, { signal }: CheckOptions): Promise<boolean> {
  return slice.sha256 !== undefined || (await store.head(slice.object, { signal })).size === slice.length;
}

const damaged = (reason: string): ContentVerdict => ({ kind: 'damaged', reason });

function verdictOf(error: unknown, object: string): ContentVerdict {
  switch (storeErrorKind(error)) {
    case 'missing':
      return { kind: 'missing', reason: `${object} is missing` };
    case 'denied':
      return { kind: 'unreadable', reason: refusalOf(object) };
    case 'rejected':
      return damaged(`${object} cannot be read in the range the index names`);
    case null:
      if (!(error instanceof SyncError)) return damaged(`${object} cannot be unpacked`);
      if (error.kind === 'newer-format') return { kind: 'unreadable', reason: `${object}: ${error.message}` };
      if (error.kind === 'corrupt') return damaged(`${object} has more bytes than the index names`);
      throw error;
    default:
      throw error;
  }
}
