import { expect, test } from 'vitest';
import { createContentsCache, readAtMost } from '../../src/vscode/contents-cache.ts';

/** A cache of ten bytes, and which keys were loaded. */
function tenBytes() {
  const cache = createContentsCache(10);
  const loaded: string[] = [];
  const read = (key: string, bytes: number) =>
    cache.read(key, async () => {
      loaded.push(key);
      return new Uint8Array(bytes);
    });
  return { cache, loaded, read };
}

test('keeps by bytes, not by number: the oldest go first', async () => {
  const { loaded, read } = tenBytes();
  for (const key of ['a', 'b', 'c', 'd']) await read(key, 2);
  await read('big', 6);
  await read('d', 2);
  expect(loaded).toEqual(['a', 'b', 'c', 'd', 'big']);
  await read('a', 2);
  expect(loaded.at(-1)).toBe('a');
});

test('keeps nothing that is larger than all it may keep', async () => {
  const { loaded, read } = tenBytes();
  await read('large', 11);
  await read('large', 11);
  expect(loaded).toEqual(['large', 'large']);
});

test('reads once what is asked for twice at a time', async () => {
  const { loaded, read } = tenBytes();
  await Promise.all([read('a', 1), read('a', 1)]);
  expect(loaded).toEqual(['a']);
});

test('tries again what failed', async () => {
  const { cache, read } = tenBytes();
  await expect(cache.read('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(await read('a', 1)).toHaveLength(1);
});

test('a body of more bytes than allowed is not read to its end', async () => {
  let given = 0;
  let ended = false;
  async function* body() {
    try {
      for (; given < 100; given += 1) yield new Uint8Array(3).fill(given);
    } finally {
      ended = true;
    }
  }
  expect(await readAtMost(body(), 10)).toBeNull();
  expect([given, ended]).toEqual([3, true]);
  given = 98;
  expect([...((await readAtMost(body(), 6)) ?? [])]).toEqual([98, 98, 98, 99, 99, 99]);
});
