import { closeSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { parseLock } from '../../src/core/format/lock-record.ts';
import { acquireFolderLease } from '../../src/engine/lease/folder-lease.ts';
import type { LockAnswer, LockContenderSetup } from './hold-lock-races.ts';

/* One contender for the lock of a folder, a process of its own: for each message one tenure, and what it saw in it. */

const setup = JSON.parse(process.env['CONTENDER'] ?? '{}') as LockContenderSetup;
const { lock, marker, hostname, ttlMs, pollMs } = setup;
const parts = {
  file: openLockFile(lock, { shared: true }),
  clock: systemClock,
  ids: systemIds,
  identity: {
    holder: `racer@${hostname}`,
    user: 'racer',
    hostname,
    pid: process.pid,
    workspace: 'w',
    tool: 'cli' as const,
  },
  log: { debug() {}, info() {}, warn() {}, error() {} },
  ttlMs,
  pollMs,
  what: lock,
};

process.on('message', () => {
  haveItOnce().then(send, (error: unknown) => send({ alone: false, kept: false, waited: false, error: String(error) }));
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');

async function haveItOnce(): Promise<LockAnswer> {
  let waited = false;
  const onWait = () => {
    waited = true;
  };
  const lease = await acquireFolderLease(parts, { purpose: 'race', waitMs: 30_000, onWait });
  const alone = enter();
  await systemClock.sleep(10 * systemIds.random());
  const found = read();
  const kept = found === lease.record.nonce && !lease.signal.aborted;
  if (alone) unlinkSync(marker);
  await lease.release();
  return { alone, kept, waited, error: null };
}

/** Only one at a time can make it: the operating system is the judge, not the lock. */
function enter(): boolean {
  try {
    closeSync(openSync(marker, 'wx'));
    return true;
  } catch {
    return false;
  }
}

function read(): string | null {
  try {
    return parseLock(readFileSync(lock, 'utf8'))?.nonce ?? null;
  } catch {
    return null;
  }
}

function send(answer: LockAnswer): void {
  process.send?.(answer);
}
