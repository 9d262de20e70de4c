import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFolder } from '../../src/adapters/folder-contents.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { FOLDER_LOCK } from '../../src/adapters/fs/own-names.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { systemIds } from '../../src/adapters/system.ts';
import { openFolderDatastore } from '../../src/engine/folder-datastore.ts';
import { createManualClock } from '../support/manual-clock.ts';

/* The lock of a folder beside tools that take it by other rules: they compare `acquiredAt` with their own clock, and move it with each heartbeat. */

const TTL = 30_000;

interface TheirLock {
  readonly acquiredAt: string;
  readonly ttlMs: number;
  readonly nonce: string;
}

const isExpiredForThem = ({ acquiredAt, ttlMs }: TheirLock, now: number): boolean =>
  now - new Date(acquiredAt).getTime() > ttlMs;

function folder() {
  const top = mkdtempSync(path.join(tmpdir(), 'family-'));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  const clock = createManualClock();
  const lock = path.join(top, FOLDER_LOCK);
  const datastore = openFolderDatastore({
    folder: openFolder(top, { directories: null, exclude: [] }, clock),
    file: openLockFile(lock, { shared: true }),
    clock,
    ids: systemIds,
    identity: { holder: 'a@h', user: 'a', hostname: 'h', pid: process.pid, workspace: 'w', tool: 'cli' },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    state: openStateFiles(top, { env: { XDG_STATE_HOME: path.join(top, 'state') }, platform: 'linux', home: top }),
    ttlMs: TTL,
    waitMs: 0,
  });
  return { clock, lock, datastore, read: () => JSON.parse(readFileSync(lock, 'utf8')) as TheirLock };
}

test('one that lives is never expired for them, and people see since when it is held', async () => {
  const { clock, datastore, read } = folder();
  const began = new Date(clock.now()).toISOString();
  const held = await datastore.acquire({ purpose: 'long' });
  const { nonce } = read();
  for (let beat = 0; beat < 10; beat += 1) {
    await clock.advance(TTL / 3);
    await expect.poll(() => isExpiredForThem(read(), clock.now() + TTL / 2)).toBe(false);
    expect(read().nonce).toBe(nonce);
  }
  expect((await datastore.lease()).lease).toMatchObject({ nonce, acquiredAt: began });
  expect(held.record.acquiredAt).toBe(began);
  await held.release();
});

test('theirs is taken for alive while they move it, and says since when as far as it can', async () => {
  const { clock, lock, datastore } = folder();
  const theirs = (): void =>
    writeFileSync(
      lock,
      JSON.stringify({
        holder: 'b@other',
        hostname: 'other',
        pid: 7,
        acquiredAt: new Date(clock.now()).toISOString(),
        ttlMs: TTL,
        nonce: 'theirs',
      }),
    );
  for (let beat = 0; beat < 10; beat += 1) {
    theirs();
    await expect(datastore.acquire({ purpose: 'x', waitMs: 0 })).rejects.toMatchObject({ kind: 'locked' });
    await clock.advance(TTL / 3);
  }
  expect((await datastore.lease()).lease).toMatchObject({ holder: 'b@other', tool: null });
});
