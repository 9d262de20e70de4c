import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { type BaseEntry, isSettled } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { scanRoot } from '../../src/engine/root/scan.ts';
import { pack } from '../../src/engine/state/packed-tree.ts';
import { openSandbox } from './fs/sandbox.ts';

/*
 * Which files with the size, times and inode of the base are read again: those that may have been written once more within one step of
 * the file system's clock. What brings back an old mtime (`cp -p`, `touch -r`, a restored backup) leaves the step to the ctime alone.
 */

const LONG_AGO = 1_600_000_000;

test.each<[what: string, mtime: number | null, seenAfterMs: number, isTrusted: boolean]>([
  ['written long before it was read', null, 2_001, true],
  ['written just before it was read', null, 2_000, false],
  ['written just before it was read, with an old mtime', LONG_AGO, 99, false],
  ['written a while before it was read, with an old mtime', LONG_AGO, 101, true],
  ['brought by a cycle after its look, with the mtime that it has elsewhere', LONG_AGO, -1, true],
])('a file that was %s', async (_what, mtime, seenAfterMs, isTrusted) => {
  const box = openSandbox();
  writeFileSync(join(box.root, 'file'), 'content');
  if (mtime !== null) utimesSync(join(box.root, 'file'), mtime, mtime);
  const look = (base: Parameters<typeof scanRoot>[1]) => scanRoot(box.files, base, () => false, nodeCodec, {});
  const path = 'file' as SyncPath;
  const found = (await look(new Map())).files.get(path);
  if (found === undefined) throw new Error('it was not found');
  const known = '0'.repeat(64);
  const seenAt = Math.max(found.stamp.mtime, found.stamp.ctime) + seenAfterMs;
  const base = new Map<SyncPath, BaseEntry>([[path, { path, stamp: found.stamp, sha256: known, seenAt }]]);
  for (const tree of [base, pack(base)])
    expect((await look(tree)).files.get(path)?.sha256).toBe(isTrusted ? known : found.sha256);
});

test.each<[what: string, mtime: number, ctime: number, seenAt: number, isTrue: boolean]>([
  ['fine times, an old mtime', 0, 5_000.5, 5_100.5, false],
  ['fine times, an old mtime, later', 0, 5_000.5, 5_100.6, true],
  ['whole seconds, an old mtime', 0, 5_000, 7_000, false],
  ['whole seconds, an old mtime, later', 0, 5_000, 7_001, true],
  ['an mtime of then', 5_000.5, 5_000.5, 7_000.5, false],
  ['an mtime of then, later', 5_000.5, 5_000.5, 7_000.6, true],
  ['a ctime after the look, and an mtime just before', 4_000, 5_000.5, 5_000.4, false],
  ['a ctime after the look, and an mtime long before', -3_000, 5_000.5, 5_000.4, true],
])('settled: %s', (_what, mtime, ctime, seenAt, isTrue) => {
  expect(isSettled({ size: 1, mtime, ctime, inode: 1, exec: false }, seenAt)).toBe(isTrue);
});
