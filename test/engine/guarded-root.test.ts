import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { LocalFiles, StateFiles } from '../../src/engine/ports.ts';
import { openGuardedRoot } from '../../src/engine/root/guarded-root.ts';

test('what stood still while another had the root goes on under no later guard of its own process', async () => {
  const { root, written, takenOverAndEnded } = openRoot();
  let wake = () => {};
  const still = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const first = root.alone('first', undefined, async () => {
    await still;
    const writes = [
      root.state.write('base', Buffer.from('of before')),
      root.openFiles('first').setMark('of before', { tool: '', remote: '' }),
    ];
    for (const answer of await Promise.allSettled(writes)) expect(answer).toMatchObject({ reason: { kind: 'locked' } });
    await writes[0];
  });
  await Promise.resolve();
  await expect.poll(takenOverAndEnded).toBe(true);
  const entered: string[] = [];
  const second = root.alone('second', undefined, async () => void entered.push('second'));
  await expect(second).rejects.toMatchObject({ kind: 'locked' });
  wake();
  await expect(first).rejects.toMatchObject({ kind: 'locked' });
  expect([entered, written]).toEqual([[], []]);
  await root.alone('third', undefined, () => root.state.write('base', Buffer.from('of now')));
  expect(written).toEqual(['of now']);
});

function openRoot() {
  const folder = mkdtempSync(join(tmpdir(), 'datastore-guarded-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, '.datastore-staging'));
  const path = join(folder, '.datastore-staging', 'lock');
  const written: string[] = [];
  const state: Partial<StateFiles> = {
    write: async (_name, bytes) => void written.push(Buffer.from(bytes).toString()),
  };
  const files: Partial<LocalFiles> = { setMark: async (mark) => void written.push(mark) };
  const root = openGuardedRoot({
    state: state as StateFiles,
    openFiles: () => files as LocalFiles,
    lockFile: openLockFile(path),
    waitMs: 0,
    clock: systemClock,
    ids: systemIds,
    identity: { holder: 'alice@host', user: 'alice', hostname: 'host', pid: process.pid, workspace: 'w', tool: 'cli' },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  /** Another program took the lock of a process that stood still, and gave it back. */
  const takenOverAndEnded = (): boolean => {
    try {
      rmSync(path);
      return true;
    } catch {
      return false;
    }
  };
  return { root, written, takenOverAndEnded };
}
