import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { scanRoot } from '../../src/engine/root/scan.ts';
import { drawn } from '../support/drawn.ts';
import { openSandbox } from './fs/sandbox.ts';

/* What a look at the root keeps in memory of what it has read: whole files, that the base does not have, as far as there is room. */

const MIB = 1 << 20;

test.each<[what: string, size: number, keep: number | undefined, isKept: boolean]>([
  ['a small file', 100, 1_000, true],
  ['a file that was read in one piece', MIB, 2 * MIB, true],
  ['a file that was read in pieces', MIB + 1, 4 * MIB, false],
  ['a file for which there is no room', 100, 355, false],
  ['a file when nothing is to be kept', 100, undefined, false],
])('%s of %i bytes with room for %s: %s', async (_what, size, keep, isKept) => {
  const box = openSandbox();
  writeFileSync(join(box.root, 'file'), drawn(size, 1));
  const options = keep === undefined ? {} : { keep };
  const scan = await scanRoot(box.files, new Map(), () => false, nodeCodec, options);
  const [found] = scan.files.values();
  const kept = [...scan.contents.values()];
  expect(kept.map((bytes) => nodeCodec.sha256(bytes))).toEqual(isKept ? [found?.sha256] : []);

  // The same file again, young as it is, is read again, and the base has it.
  const base = new Map([...scan.files].map(([path, entry]) => [path, { ...entry, seenAt: scan.at }]));
  const again = await scanRoot(box.files, base, () => false, nodeCodec, options);
  expect(again.refreshed).toHaveLength(1);
  expect(again.contents.size).toBe(0);
});
