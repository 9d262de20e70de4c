import type { Sha256, Slice } from '../../core/format/tree.ts';
import { type ChunkLimits, chunkLength, chunkLimitsOf } from '../../core/plan/cut-chunks.ts';
import { all } from '../all.ts';
import type { Codec, OpenFile } from '../ports.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Sender } from './send-contents.ts';

export interface ChunkParts {
  readonly codec: Codec;
  readonly budget: ByteBudget;
  readonly chunks: ChunkLimits;
  readonly sender: Sender;
  /** Memory of chunks that were sent, for all files of a push: made anew for each chunk, it costs the collector more than hashing the chunk. */
  readonly spare: Uint8Array[];
  readonly signal: AbortSignal;
}

/** Reads a large file once, from its beginning, and sends its chunks side by side. `sha256` is of all that was read. */
export async function sendChunks(
  { codec, budget, chunks, sender, spare, signal }: ChunkParts,
  file: OpenFile,
): Promise<{ readonly slices: readonly Slice[]; readonly sha256: Sha256 }> {
  const { size } = file.stamp;
  const limits = chunkLimitsOf(size, chunks);
  const whole = codec.hasher();
  const sending: Promise<Slice | undefined>[] = [];
  const failures: unknown[] = [];

  /** Tells where the next chunk begins before it is sent. */
  async function sendNext(offset: number, cut: (end: number) => void): Promise<Slice | undefined> {
    const ahead = Math.min(limits.most, size - offset);
    const room = roomOf(limits.most, spare);
    // What lies behind the cut is read again with the next chunk.
    const read = await file.read(offset, ahead, room);
    const bytes = read.subarray(0, chunkLength(read, limits));
    whole.update(bytes);
    // A file that was cut off meanwhile ends here.
    cut(read.byteLength < ahead ? size : offset + bytes.byteLength);
    if (bytes.byteLength === 0) return undefined;
    const sha256 = codec.sha256(bytes);
    const places = await sender.send([{ sha256, bytes }]);
    // Not after a failure: a request that was given up may still send from it.
    spare.push(room);
    return partOf(sha256, places.get(sha256));
  }

  for (let offset = 0; offset < size && !signal.aborted && failures.length === 0; ) {
    offset = await new Promise<number>((cut) => {
      const begun = offset;
      const chunk = budget.within(limits.most, () => sendNext(begun, cut));
      sending.push(chunk);
      chunk.catch((error: unknown) => {
        failures.push(error);
        cut(begun);
      });
    });
  }
  const slices = (await all(sending)).filter((slice) => slice !== undefined);
  if (signal.aborted) throw signal.reason;
  return { slices, sha256: whole.digest() };
}

/** What is spare and of another size goes: so there is never more than was used at the same time. */
function roomOf(bytes: number, spare: Uint8Array[]): Uint8Array {
  const room = spare.pop();
  return room?.byteLength === bytes ? room : new Uint8Array(bytes);
}

/** Encoded, its object is named by other bytes: so the slice says which these are. */
const partOf = (sha256: Sha256, slice: Slice | undefined): Slice | undefined =>
  slice?.encoding === undefined ? slice : { ...slice, sha256 };
