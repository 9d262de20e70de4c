import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { systemClock } from '../../src/adapters/system.ts';
import type { Slice } from '../../src/core/format/tree.ts';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import { createByteBudget } from '../../src/engine/contents/byte-budget.ts';
import { readAhead } from '../../src/engine/contents/read-ahead.ts';
import { drawn } from '../support/drawn.ts';
import { openWorld } from '../support/replica.ts';

const CHUNKS: ChunkLimits = { least: 1_000, average: 3_048, most: 8_000 };

async function stored(lengths: readonly number[]) {
  const store = createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket: new Map(), prefix: 'team' });
  const slices: Slice[] = [];
  for (const [nth, length] of lengths.entries()) {
    const object = `objects/${nth}`;
    await store.put(object, new Uint8Array(length).fill(nth));
    slices.push({ object, offset: 0, length });
  }
  const asked: string[] = [];
  const watched = { ...store, traffic: store.traffic, get: spied };
  async function spied(...args: Parameters<typeof store.get>) {
    asked.push(args[0]);
    return store.get(...args);
  }
  return { store: watched, slices, asked };
}

const settled = async () => {
  for (let nth = 0; nth < 50; nth += 1) await Promise.resolve();
};

test('while one is used three more come, within the budget, and none when nobody wants more', async () => {
  for (const [budgetBytes, expected] of [
    [1_000, 4],
    [25, 2],
    [10, 1],
  ] as const) {
    const { store, slices, asked } = await stored(Array.from({ length: 8 }, () => 10));
    const budget = createByteBudget(budgetBytes);
    const open = () => Promise.reject(new Error('not asked for'));
    const bodies = readAhead({ store, budget, signal: undefined, open }, { slices, size: 80 });
    await bodies.next();
    await settled();
    expect(asked).toHaveLength(expected);
    await bodies.return(undefined);
    await settled();
    expect(asked).toHaveLength(expected);
    // All of it was given back.
    await budget.within(budgetBytes, async () => {});
  }
});

test('what decoding takes counts: a window for each, no larger than the content', async () => {
  for (const [size, budgetBytes, expected] of [
    [100, 4 * 110, 4],
    [100, 2 * 110, 2],
    [1 << 30, 3 * (10 + (8 << 20)), 3],
  ] as const) {
    const { store, slices, asked } = await stored(Array.from({ length: 8 }, () => 10));
    const packed = slices.map((slice) => ({ ...slice, encoding: 'zstd' }));
    const open = () => Promise.reject(new Error('not asked for'));
    const budget = createByteBudget(budgetBytes);
    const bodies = readAhead({ store, budget, signal: undefined, open }, { slices: packed, size });
    await bodies.next();
    await settled();
    expect(asked).toHaveLength(expected);
    await bodies.return(undefined);
    await budget.within(budgetBytes, async () => {});
  }
});

test('they come in their order, and what is too large for memory is streamed when it is wanted', async () => {
  const { store, slices } = await stored([3, 1, 2]);
  const opened: string[] = [];
  const large: Slice = { object: 'objects/large', offset: 0, length: 17 << 20 };
  const open = async ({ object }: Slice) => {
    opened.push(object);
    return (async function* () {
      yield Uint8Array.of(9);
    })();
  };
  const seen: number[] = [];
  const all = [...slices.slice(0, 2), large, ...slices.slice(2)];
  for await (const { stored: body } of readAhead(
    { store, budget: createByteBudget(100), signal: undefined, open },
    { slices: all, size: 6 + (17 << 20) },
  )) {
    for await (const bytes of body) seen.push(...bytes);
  }
  expect(seen).toEqual([0, 0, 0, 1, 9, 2, 2]);
  expect(opened).toEqual(['objects/large']);
});

test.each(['missing', 'unreachable'] as const)(
  'a chunk that is %s on the way down is said, and nothing is put in place',
  async (error) => {
    const world = openWorld({ chunks: CHUNKS });
    const [alice, bob] = [world.replica('alice'), world.replica('bob')];
    alice.write('large.bin', drawn(100_000));
    await alice.sync();
    bob.store.plan({ on: 'get', key: /^objects/, skip: 6, times: 1_000, fault: { kind: 'fail-before', error } });
    if (error === 'unreachable') expect((await bob.failing()).kind).toBe('offline');
    else
      expect((await bob.sync()).problems).toMatchObject([
        { path: 'large.bin', reason: expect.stringContaining('missing') },
      ]);
    expect(bob.files()).toEqual({});
    bob.store.heal();
    expect(await bob.sync()).toMatchObject({ downloaded: 1, problems: [] });
    expect(readFileSync(join(bob.root, 'large.bin')).equals(drawn(100_000))).toBe(true);
  },
);
