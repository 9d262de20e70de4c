import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { bytes, collect } from './store/check.ts';

const text = bytes('some text that repeats, '.repeat(10_000));
const [gzipped, zstd] = [await nodeCodec.gzip(text), new Uint8Array(zstdCompressSync(text))];

async function* inParts(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.byteLength; at += 7) yield content.subarray(at, at + 7);
}

async function* once(content: Uint8Array = new Uint8Array()): AsyncGenerator<Uint8Array> {
  yield content;
}

const gunzip = (content: Uint8Array, limit: number) => nodeCodec.gunzip(content, limit);
const unzstd = (content: Uint8Array, limit: number) => collect(nodeCodec.unzstd(inParts(content), limit));

type Decode = typeof gunzip;
type Row = readonly [string, Decode, Uint8Array, number, 'text' | typeof RangeError | typeof Error];

/** A frame with a window of 16 MiB, by RFC 8878: magic, descriptors, one raw block of one byte. */
const wide = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x70, 0x09, 0x00, 0x00, 0x78);

/** The same with one of 8 KiB. */
const narrow = Uint8Array.from(wide, (byte, at) => (at === 5 ? 0x18 : byte));

const rows: readonly Row[] = [
  ['gzip comes back', gunzip, gzipped, text.byteLength, 'text'],
  ['gzip one byte over the limit', gunzip, gzipped, text.byteLength - 1, RangeError],
  ['gzip cut short', gunzip, gzipped.subarray(0, -9), text.byteLength, Error],
  ['no gzip at all', gunzip, text, text.byteLength, Error],
  ['zstd comes back', unzstd, zstd, text.byteLength, 'text'],
  ['zstd one byte over the limit', unzstd, zstd, text.byteLength - 1, RangeError],
  ['zstd cut short', unzstd, zstd.subarray(0, -9), text.byteLength, Error],
  ['zstd that asks for a large window', unzstd, wide, text.byteLength, Error],
  ['zstd that asks for a larger window than there is room', unzstd, narrow, 4_096, Error],
  ['no zstd at all', unzstd, text, text.byteLength, Error],
  ['nothing where zstd should be', unzstd, new Uint8Array(), text.byteLength, Error],
];

describe('the codec', () => {
  test.each(rows)('%s', async (_what, decode, content, limit, expected) => {
    if (expected === 'text') return expect(Buffer.from(await decode(content, limit)).equals(text)).toBe(true);
    const error: unknown = await decode(content, limit).then(
      () => 'decoded',
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(expected);
    // RangeError means "too large" and nothing else.
    expect(error instanceof RangeError).toBe(expected === RangeError);
  });

  test('zstd may ask for a window as large as what there is room for', async () => {
    expect(Buffer.from(await unzstd(narrow, 8_192)).toString()).toBe('x');
  });

  test.each([10, 1_000, 5_000, 300_000, 9 << 20])(
    'zstd of %i bytes asks for no larger window than that',
    async (size) => {
      const content = new Uint8Array(size).map((_, at) => (at * at) >> 7);
      const compressed = await nodeCodec.zstd?.(content);
      expect(Buffer.from(await collect(nodeCodec.unzstd(once(compressed), size))).equals(content)).toBe(true);
    },
  );

  test('zstd goes and comes', async () => {
    const compress = nodeCodec.zstd;
    if (compress === null) throw new Error('this Node has no zstd');
    const compressed = await compress(text);
    expect(compressed.byteLength).toBeLessThan(text.byteLength / 10);
    expect(Buffer.from(await unzstd(compressed, text.byteLength)).equals(text)).toBe(true);
  });

  test('hashes whole and in parts alike', async () => {
    const hasher = nodeCodec.hasher();
    for await (const part of inParts(text)) hasher.update(part);
    expect(hasher.digest()).toBe(nodeCodec.sha256(text));
    expect(nodeCodec.sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test('a source that fails is heard, and a reader that leaves closes it', async () => {
    const broken = (async function* () {
      yield zstd.subarray(0, 20);
      throw new Error('the network');
    })();
    await expect(collect(nodeCodec.unzstd(broken, 1e9))).rejects.toThrow('the network');
    let closed = false;
    const endless = (async function* () {
      try {
        for (;;) yield zstd;
      } finally {
        closed = true;
      }
    })();
    for await (const part of nodeCodec.unzstd(endless, 1e12)) if (part.byteLength > 0) break;
    expect(closed).toBe(true);
  });
});
