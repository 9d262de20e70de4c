import pLimit from 'p-limit';
import { SyncError } from '../../core/errors.ts';
import type { Slice } from '../../core/format/tree.ts';
import { type CompressionLimits, isWorthIt, sampleOf } from '../../core/plan/compression.ts';
import type { Codec } from '../ports.ts';

/** As it is stored: with `encoding`, it has to be decoded first. */
export interface Stored extends Pick<Slice, 'encoding'> {
  readonly bytes: Uint8Array;
}

/** Each compression at work has tables of megabytes, each decompression a window; there are as many processors as that. */
export const AT_WORK = 4;

/** No frame may ask for a larger window. Bytes. */
const WINDOW_BYTES = 8 << 20;

/** Compresses what is worth it; everything stays as it is where this machine cannot. */
export function createEncoder({ zstd }: Codec, { least }: CompressionLimits): (content: Uint8Array) => Promise<Stored> {
  const working = pLimit(AT_WORK);
  return async (content) => {
    if (zstd === null || content.byteLength < least) return { bytes: content };
    return working(async () => {
      const sample = sampleOf(content);
      if (sample && !isWorthIt(sample.byteLength, (await zstd(sample)).byteLength)) return { bytes: content };
      const bytes = await zstd(content);
      return isWorthIt(content.byteLength, bytes.byteLength) ? { bytes, encoding: 'zstd' } : { bytes: content };
    });
  };
}

/** Whether it can be decoded here. */
export const isReadable = ({ zstd }: Codec, { encoding }: Slice): boolean =>
  encoding === undefined || (encoding === 'zstd' && zstd !== null);

/** What decoding some of `size` bytes takes besides what it gives. Bytes. */
export const windowBytes = ({ encoding }: Slice, size: number): number =>
  encoding === undefined ? 0 : Math.min(size, WINDOW_BYTES);

/** SyncError('newer-format') for what cannot be decoded here. Asked before there is a body that somebody would have to close. */
export function requireReadable(codec: Codec, slice: Slice): void {
  if (isReadable(codec, slice)) return;
  const { encoding } = slice;
  if (encoding === 'zstd')
    throw new SyncError(
      'newer-format',
      'it is stored as zstd, which takes Node 22.15 or later',
      'Update Node, or VS Code.',
    );
  throw new SyncError('newer-format', `encoding "${encoding}" is not known`, 'Update Datastore Sync.');
}

/** The stored bytes of a slice as content: RangeError above `limit` of them. */
export function decoded(
  codec: Codec,
  { encoding }: Slice,
  stored: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncIterable<Uint8Array> {
  return encoding === undefined ? stored : codec.unzstd(stored, limit);
}

/** The same in memory; null where it cannot be decoded, or has not the `size` that was named. */
export async function decodedWhole(
  codec: Codec,
  slice: Slice,
  stored: Uint8Array,
  size: number,
): Promise<Uint8Array | null> {
  if (slice.encoding === undefined) return stored;
  const content = new Uint8Array(size);
  let at = 0;
  try {
    requireReadable(codec, slice);
    for await (const part of decoded(codec, slice, once(stored), size)) {
      content.set(part, at);
      at += part.byteLength;
    }
  } catch {
    return null;
  }
  return at === size ? content : null;
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
