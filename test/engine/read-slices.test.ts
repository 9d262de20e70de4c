import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { systemClock } from '../../src/adapters/system.ts';
import type { Entry, Slice } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { createByteBudget } from '../../src/engine/contents/byte-budget.ts';
import { readSlices } from '../../src/engine/contents/download.ts';

const MIB = 1 << 20;

async function read(slices: readonly Slice[], size: number, bytes: Uint8Array, ahead: boolean): Promise<number> {
  const store = createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket: new Map(), prefix: 'team' });
  await store.put('objects/one', bytes);
  const entry: Entry = {
    path: 'm' as SyncPath,
    size,
    mtime: 0,
    sha256: '0'.repeat(64),
    exec: false,
    by: 'mallory@host',
    generation: 1,
    slices,
  };
  const budget = ahead ? createByteBudget(64 * MIB) : undefined;
  let given = 0;
  const reading = (async () => {
    for await (const part of readSlices(store, nodeCodec, entry, undefined, budget)) given += part.byteLength;
  })();
  await reading.then(
    () => expect(given).toBe(size),
    (error: unknown) => expect(String(error)).toMatch(/more (than|bytes)|memory/),
  );
  return given;
}

// A kilobyte each: in one entry there is room for ten thousand of them.
const bomb = zstdCompressSync(new Uint8Array(MIB));
const packed: Slice = { object: 'objects/one', offset: 0, length: bomb.byteLength, encoding: 'zstd' };
const plain: Slice = { object: 'objects/one', offset: 0, length: bomb.byteLength };
const twenty = (slice: Slice): readonly Slice[] => Array.from({ length: 20 }, () => slice);

test.each([true, false])('slices together give no more than their entry names (read ahead: %s)', async (ahead) => {
  expect(await read([packed, packed], 2 * MIB, bomb, ahead)).toBe(2 * MIB);
  for (const [slices, size] of [
    [twenty(packed), MIB],
    [twenty(packed), MIB + 1],
    [[plain, packed, packed], MIB],
    [[packed, ...twenty(plain)], MIB + 5],
    [[{ ...packed, length: bomb.byteLength }], 10],
  ] as const)
    expect(await read(slices, size, bomb, ahead)).toBeLessThanOrEqual(size);
});
