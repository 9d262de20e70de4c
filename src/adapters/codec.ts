import { createHash, hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { ZlibOptions, ZstdOptions } from 'node:zlib';
import type { Codec } from '../engine/ports.ts';

/** On first use: a cycle with nothing to do compresses nothing. */
const zlib = () => process.getBuiltinModule('node:zlib');
/** What is gzipped are lines of an index, most of which are hashes: the default makes them hardly smaller, and takes longer. */
const GZIP_LEVEL = 1;
/** The default of zstd: twice as fast as the next that saves more. */
const LEVEL = 3;

/** Hashing and compression as Node does them; the heavy parts run on Node's thread pool. */
export const nodeCodec: Codec = {
  sha256: (data) => hash('sha256', data),
  hasher() {
    const running = createHash('sha256');
    return {
      update(bytes) {
        running.update(bytes);
      },
      digest: () => running.digest('hex'),
    };
  },
  gzip: (bytes) => promisify<Uint8Array, ZlibOptions, Uint8Array>(zlib().gzip)(bytes, { level: GZIP_LEVEL }),
  async gunzip(bytes, limit) {
    try {
      return await promisify<Uint8Array, ZlibOptions, Uint8Array>(zlib().gunzip)(bytes, { maxOutputLength: limit });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
      throw error;
    }
  },
  // Node 22.14 and older have none.
  get zstd() {
    return typeof zlib().zstdCompress === 'function' ? compressed : null;
  },
  unzstd,
};

function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  const params = { [zlib().constants.ZSTD_c_compressionLevel]: LEVEL };
  return promisify<Uint8Array, ZstdOptions, Uint8Array>(zlib().zstdCompress)(bytes, {
    params,
    pledgedSrcSize: bytes.byteLength,
  });
}

// A frame may ask for 128 MiB before its first byte: what is stored here asks for no more than it holds, and for 8 MiB at most.
const [LEAST_WINDOW_LOG, WINDOW_LOG] = [10, 23];

async function* unzstd(bytes: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  const window = Math.min(Math.max(Math.ceil(Math.log2(limit)), LEAST_WINDOW_LOG), WINDOW_LOG);
  const decoder = zlib().createZstdDecompress({ params: { [zlib().constants.ZSTD_d_windowLogMax]: window } });
  const feeding = pipeline(Readable.from(bytes), decoder);
  // The loop below sees the same failure; this one must not count as unhandled meanwhile.
  feeding.catch(() => {});
  let decoded = 0;
  try {
    for await (const part of decoder as AsyncIterable<Uint8Array>) {
      decoded += part.byteLength;
      if (decoded > limit) throw tooLarge(limit);
      yield part;
    }
    await feeding;
  } finally {
    decoder.destroy();
    await feeding.catch(() => {});
  }
}

const tooLarge = (limit: number) => new RangeError(`more than ${limit} bytes when decoded`);
