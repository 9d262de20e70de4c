import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import type { LocalFiles, OpenFile } from '../../src/engine/ports.ts';
import { hashFile } from '../../src/engine/root/scan.ts';

/* A file is read by parts of a mebibyte, the next one while the one before is hashed. */

const MIB = 1 << 20;
const CONTENT = Uint8Array.from({ length: 3 * MIB }, (_, index) => (index * 31 + (index >> 12)) % 251);
const STAMP = { mtime: 1, ctime: 1, inode: 1, exec: false };

/** Has `there` bytes of the `size` that its stamp says. What it reads is in memory at once, as early as can be. */
function fileOf(size: number, there = size) {
  const file = { underWay: 0, closedInRead: false, reads: 0 };
  const open: OpenFile = {
    stamp: { ...STAMP, size },
    mode: 0,
    async read(offset, length, into = new Uint8Array(length)) {
      file.reads += 1;
      file.underWay += 1;
      const part = CONTENT.subarray(offset, Math.min(offset + length, there));
      into.set(part);
      await new Promise((resolve) => setImmediate(resolve));
      file.underWay -= 1;
      return into.subarray(0, part.byteLength);
    },
    stampNow: async () => ({ ...STAMP, size }),
    async close() {
      file.closedInRead = file.underWay > 0;
    },
  };
  return { file, files: { open: async () => open } as unknown as LocalFiles };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test.each([0, 1, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB - 1, 3 * MIB])('of %i bytes', async (size) => {
  const { file, files } = fileOf(size);
  const hashed = await hashFile(files, 'a', nodeCodec);
  const content = CONTENT.subarray(0, size);
  expect(hashed).toMatchObject({ sha256: sha256(content) });
  const kept = typeof hashed === 'string' ? null : hashed.bytes;
  expect(kept === null ? null : sha256(kept)).toBe(size > 0 && size <= MIB ? sha256(content) : null);
  expect(file.closedInRead).toBe(false);
});

test('one that ends before its size is what was there', async () => {
  const { file, files } = fileOf(3 * MIB, 2 * MIB + 5);
  expect(await hashFile(files, 'a', nodeCodec)).toMatchObject({ sha256: sha256(CONTENT.subarray(0, 2 * MIB + 5)) });
  expect(file.closedInRead).toBe(false);
});

test('one that is stopped is closed when no reading is under way', async () => {
  const { file, files } = fileOf(3 * MIB);
  const stop = new AbortController();
  const hashing = hashFile(files, 'a', nodeCodec, stop.signal);
  while (file.reads < 2) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await expect(hashing).rejects.toThrow();
  expect(file.closedInRead).toBe(false);
});
