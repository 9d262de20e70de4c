import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { systemClock } from '../../src/adapters/system.ts';
import type { BaseEntry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { breathing } from '../../src/engine/breath.ts';
import { scanRoot } from '../../src/engine/root/scan.ts';
import { openSandbox } from './fs/sandbox.ts';

const none = () => false;

test('where nothing has changed, too, others have their turn while many files are looked at', async () => {
  const box = openSandbox();
  for (let index = 0; index < 1_300; index += 1) box.write(`f${index}`, '');
  const first = await scanRoot(box.files, new Map(), none, nodeCodec);
  const base = new Map<SyncPath, BaseEntry>(
    [...first.files.values()].map((entry) => [entry.path, { ...entry, seenAt: Number.MAX_SAFE_INTEGER }]),
  );
  let time = 0;
  let turns = 0;
  // Each look at the clock is later than a slice.
  const slow = {
    ...systemClock,
    monotonic: () => (time += 1_000),
    sleep: async () => void (turns += 1),
  };
  const scan = await scanRoot(box.files, base, none, nodeCodec, { breathe: breathing(slow) });
  expect(scan.files).toEqual(first.files);
  expect(turns).toBeGreaterThan(1);
});

test('a breath of what was stopped ends it', async () => {
  const stop = new AbortController();
  const breathe = breathing(systemClock, stop.signal);
  await breathe();
  stop.abort(new Error('stopped'));
  await expect(breathe()).rejects.toThrow('stopped');
});

test('who sleeps for no time gives timers and answers their turn', async () => {
  const turns: string[] = [];
  systemClock.after(1, () => void turns.push('timer'));
  void readFile(import.meta.filename).then(() => turns.push('answer'));
  while (turns.length < 2) await systemClock.sleep(0);
  expect(turns.toSorted()).toEqual(['answer', 'timer']);
});

test('who sleeps for no time is told that all is over', async () => {
  await expect(systemClock.sleep(0, AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
});
