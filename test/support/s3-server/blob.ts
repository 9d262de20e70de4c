/** Bytes held in memory, or a stretch of a file in the blob folder (`file` is its bare name). */
export type Segment =
  | { readonly bytes: Buffer }
  | { readonly file: string; readonly offset: number; readonly length: number };

/** An object's content: segments one after another, so that multipart and copies never move bytes. */
export type Blob = readonly Segment[];

/** Receives one body. After finish() the caller owns one reference, to be released. */
export interface BlobSink {
  write(chunk: Buffer): Promise<void> | undefined;
  finish(): Promise<Blob>;
  discard(): Promise<void>;
}

/** Where contents live. Files are counted references: the last release deletes. */
export interface BlobRoom {
  sink(): BlobSink;
  hold(blob: Blob): void;
  release(blob: Blob): void;
  /** The stored bytes [offset, offset + length). The caller holds a reference meanwhile. */
  read(blob: Blob, offset: number, length: number): AsyncIterable<Buffer>;
}

export function segmentLength(segment: Segment): number {
  return 'bytes' in segment ? segment.bytes.length : segment.length;
}

/** The sub-range as a blob over the same storage. */
export function sliceBlob(blob: Blob, offset: number, length: number): Blob {
  const slices: Segment[] = [];
  let position = 0;
  for (const segment of blob) {
    const size = segmentLength(segment);
    const from = Math.max(offset - position, 0);
    const to = Math.min(offset + length - position, size);
    if (from < to) {
      slices.push(
        'bytes' in segment
          ? { bytes: segment.bytes.subarray(from, to) }
          : { file: segment.file, offset: segment.offset + from, length: to - from },
      );
    }
    position += size;
  }
  return slices;
}

/** Keeps bodies in memory. */
export function memoryRoom(): BlobRoom {
  return {
    sink: memorySink,
    hold: () => undefined,
    release: () => undefined,
    async *read(blob, offset, length) {
      for (const segment of sliceBlob(blob, offset, length)) if ('bytes' in segment) yield segment.bytes;
    },
  };
}

const segmentSize = 1 << 20;

export function memorySink(): BlobSink {
  let segments: Segment[] = [];
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  // The copy matters: a socket's chunk is a view of a 64 KiB slab that it would keep alive.
  function seal(): void {
    if (pendingBytes > 0) segments.push({ bytes: Buffer.concat(pending, pendingBytes) });
    pending = [];
    pendingBytes = 0;
  }
  return {
    write(chunk) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes >= segmentSize) seal();
      return undefined;
    },
    async finish() {
      seal();
      return segments;
    },
    async discard() {
      [segments, pending, pendingBytes] = [[], [], 0];
    },
  };
}

/** The text of a small document that was received into memory. */
export function memoryText(blob: Blob): string {
  return Buffer.concat(blob.map((segment) => ('bytes' in segment ? segment.bytes : Buffer.alloc(0)))).toString('utf8');
}
