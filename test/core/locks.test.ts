import { describe, expect, it } from 'vitest';
import { SyncError } from '../../src/core/errors.ts';
import type { LeaseHolder } from '../../src/core/format/lease-holder.ts';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import type { HeldLease } from '../../src/engine/datastore.ts';
import type { Folder } from '../../src/vscode/folder.ts';
import { lockItems } from '../../src/vscode/lock/lock-items.ts';
import { openLocks } from '../../src/vscode/lock/locks.ts';
import { look, type Pulse, pulseOf, type Sight } from '../../src/vscode/lock/pulse.ts';
import { createManualClock } from '../support/manual-clock.ts';

const holder = (more: Partial<LeaseHolder> = {}): LeaseHolder => ({
  nonce: 'n1',
  holder: 'alice@build-7',
  hostname: 'build-7',
  pid: 77,
  workspace: 'models',
  tool: 'cli',
  purpose: 'run make',
  acquiredAt: '2026-01-02T03:00:00.000Z',
  renewedAt: '2026-01-02T03:04:00.000Z',
  ttlMs: 30_000,
  ...more,
});

describe('the heartbeat of a holder', () => {
  type Reading = readonly [at: number, lease: LeaseHolder | null];
  const beat = (second: number, nonce = 'n1') => holder({ nonce, renewedAt: `2026-01-02T03:04:${second}.000Z` });
  const rows: readonly (readonly [string, readonly Reading[], Pulse | null])[] = [
    ['is unknown after one reading', [[0, beat(10)]], 'watching'],
    [
      'is unknown while it stands for less than its time to live',
      [
        [0, beat(10)],
        [29_999, beat(10)],
      ],
      'watching',
    ],
    [
      'is silent when it has stood for all of it',
      [
        [0, beat(10)],
        [30_000, beat(10)],
      ],
      'silent',
    ],
    [
      'is alive once it has moved',
      [
        [0, beat(10)],
        [10_000, beat(20)],
      ],
      'alive',
    ],
    [
      'is silent when it stops after that',
      [
        [0, beat(10)],
        [10_000, beat(20)],
        [40_000, beat(20)],
      ],
      'silent',
    ],
    [
      'is alive again when it goes on',
      [
        [0, beat(10)],
        [30_000, beat(10)],
        [60_000, beat(40)],
      ],
      'alive',
    ],
    [
      'of another tenure is another one',
      [
        [0, beat(10)],
        [30_000, beat(20, 'n2')],
      ],
      'watching',
    ],
    [
      'is none when the lock is free',
      [
        [0, beat(10)],
        [10_000, null],
      ],
      null,
    ],
  ];
  it.each(rows)('%s', (_, readings, pulse) => {
    const sight = readings.reduce<Sight | null>((before, [at, lease]) => look(before, lease, at), null);
    expect(sight === null ? null : pulseOf(sight)).toBe(pulse);
  });
});

describe('the lock, explained', () => {
  const now = Date.parse('2026-01-02T03:05:00.000Z');
  const deeds = (ours: 'this-process' | 'this-workspace' | 'no') =>
    lockItems({ lease: { record: holder(), ours }, seenAt: now }, 'alive', now).flatMap(({ does }) => does ?? []);
  it('says who, where, for what, since when, and whether they live', () => {
    const text = lockItems({ lease: { record: holder(), ours: 'no' }, seenAt: now }, 'silent', now)
      .map(({ label, description }) => `${label} ${description}`)
      .join('\n');
    for (const part of ['alice@build-7', 'build-7, process 77', 'run make', '5 min ago', '1 min ago', 'Silent', '30 s'])
      expect(text).toContain(part);
  });
  it('says the same of the command line and of a window', () => {
    const labels = (tool: string) =>
      lockItems({ lease: { record: holder({ tool }), ours: 'no' }, seenAt: now }, 'alive', now).map((one) => one.label);
    expect(labels('cli')).toEqual(labels('vscode'));
  });
  it.each([
    ['this-process', ['release']],
    ['this-workspace', ['release', 'notify', 'force']],
    ['no', ['notify', 'force']],
  ] as const)('offers what can be done about a lock of %s', (ours, offered) => {
    expect(deeds(ours)).toEqual(offered);
  });
  it('offers to hold a free one', () => {
    expect(lockItems({ lease: null, seenAt: now }, null, now).map(({ does }) => does)).toEqual([null, 'hold']);
  });
  const failure = 'The store does not answer';
  const read = (lease: SyncStatus['lease'], seenAt: number | null, why: string | null) =>
    lockItems({ lease, seenAt }, null, now, why).map(({ label, description }) => `${label} ${description}`);
  it.each([
    ['was never read', null, [/Not known .*could not be read: The store does not answer/]],
    [
      'was free when it was read last',
      null,
      [/As of 2 min ago\. .*The store does not answer/, /Free .*was writing then/],
    ],
    [
      'was held when it was read last',
      { record: holder(), ours: 'no' },
      [/As of 2 min ago\. .*does not answer/, /alice/],
    ],
  ] as const)('a lock that cannot be read now, and %s, is not told as what it is', (_, lease, texts) => {
    const seenAt = texts.length === 1 ? null : now - 120_000;
    const lines = read(lease, seenAt, failure);
    for (const text of texts) expect(lines.some((line) => text.test(line))).toBe(true);
    expect(lines.join()).not.toContain('Nobody is writing');
  });
  it('is not known before it is read for the first time', () => {
    expect(read(null, null, null).join()).toMatch(/Not known .*not read yet/);
  });
});

/** A window on one folder whose lock is as the test says. */
function openWindow() {
  const clock = createManualClock();
  const said: { readonly text: string; readonly buttons: readonly string[] }[] = [];
  const listeners = new Set<(folder: Folder | null) => void>();
  let status: SyncStatus = { ...INITIAL_STATUS };
  let onRemote: SyncStatus['lease'] = null;
  let reads = 0;
  let isBetween = false;
  let isClosed = false;
  const folder = {
    id: 'file:///models',
    workspace: { name: 'models' },
    state: () => ({ kind: 'active', status }),
    running: () => (isBetween ? null : { coordinator: { poll } }),
  } as unknown as Folder;
  async function poll(): Promise<void> {
    reads += 1;
    status = { ...status, lease: onRemote, seenAt: clock.now() };
    for (const listener of listeners) listener(folder);
  }
  const say = (text: string, ...actions: readonly { readonly label: string }[]) =>
    void said.push({ text, buttons: actions.map(({ label }) => label) });
  const locks = openLocks({
    folders: {
      all: () => (isClosed ? [] : [folder]),
      onChange: (listener) => {
        listeners.add(listener);
        return { dispose: () => void listeners.delete(listener) };
      },
    },
    notices: { info: say, warn: say },
    clock,
  });
  return {
    clock,
    folder,
    locks,
    said,
    poll,
    reads: () => reads,
    between: (now: boolean) => {
      isBetween = now;
    },
    close: () => {
      isClosed = true;
    },
    hold: (lease: SyncStatus['lease']) => {
      onRemote = lease;
    },
  };
}

function heldLease(isGivenBack = false): HeldLease & { lose(): void } {
  const lost = new AbortController();
  return {
    record: holder({ purpose: 'a migration' }),
    signal: lost.signal,
    release: async () => {},
    isGivenBack: async () => isGivenBack,
    lose: () => lost.abort(new SyncError('lease-lost', 'It was lost.', '')),
  };
}

describe('over time a window', () => {
  it('tells once when an awaited lock is free, and reads no more then', async () => {
    const { clock, locks, folder, said, hold, poll, reads } = openWindow();
    hold({ record: holder(), ours: 'no' });
    await poll();
    expect(locks.notifyWhenFree(folder)).toBe(true);
    expect(locks.notifyWhenFree(folder)).toBe(false);
    await clock.advance(20_000);
    expect(said).toEqual([]);
    expect(reads()).toBeGreaterThan(3);
    hold(null);
    await clock.advance(5_000);
    expect(said).toEqual([{ text: 'The lock of “models” is free.', buttons: ['Hold Lock…', 'Sync Now'] }]);
    const before = reads();
    await clock.advance(60_000);
    expect(reads()).toBe(before);
    expect(said).toHaveLength(1);
  });
  it('waits on while the connection is made anew, and no longer for a folder that is gone', async () => {
    const { clock, locks, folder, said, hold, poll, reads, between, close } = openWindow();
    hold({ record: holder(), ours: 'no' });
    await poll();
    locks.notifyWhenFree(folder);
    between(true);
    await clock.advance(20_000);
    between(false);
    hold(null);
    await clock.advance(5_000);
    expect(said).toHaveLength(1);
    hold({ record: holder(), ours: 'no' });
    await poll();
    locks.notifyWhenFree(folder);
    close();
    const before = reads();
    await clock.advance(20_000);
    expect(reads()).toBe(before);
  });
  it('reminds of a lock every 30 minutes while it is held, and not after', async () => {
    const { clock, locks, folder, said, hold, poll } = openWindow();
    const lease = heldLease();
    hold({ record: lease.record, ours: 'this-process' });
    await poll();
    locks.follow(folder, lease);
    await clock.advance(29 * 60_000);
    expect(said).toEqual([]);
    await clock.advance(60_000);
    expect(said[0]?.text).toContain('for 30 minutes, for a migration');
    expect(said[0]?.buttons).toEqual(['Release Lock', 'Keep It']);
    await clock.advance(30 * 60_000);
    expect(said[1]?.text).toContain('for 60 minutes');
    hold(null);
    await poll();
    await clock.advance(60 * 60_000);
    expect(said).toHaveLength(2);
  });
  it('says once what the loss of a lock means, and who has it now', async () => {
    const { clock, locks, folder, said, hold } = openWindow();
    const lease = heldLease();
    locks.follow(folder, lease);
    hold({ record: holder({ nonce: 'n2', holder: 'bob@desk' }), ours: 'no' });
    lease.lose();
    await clock.advance(0);
    expect(said).toHaveLength(1);
    for (const part of [
      'has lost the lock of “models”',
      'bob@desk has taken it',
      'your files stay as they are',
      'a conflict',
    ])
      expect(said[0]?.text).toContain(part);
  });
  it('says nothing of a lock that this workspace gave back itself', async () => {
    const { clock, locks, folder, said } = openWindow();
    const lease = heldLease(true);
    locks.follow(folder, lease);
    lease.lose();
    await clock.advance(0);
    expect(said).toEqual([]);
  });
  it('does nothing any more when it is closed', async () => {
    const { clock, locks, folder, said, hold, poll, reads } = openWindow();
    hold({ record: holder(), ours: 'no' });
    await poll();
    locks.notifyWhenFree(folder);
    const lease = heldLease();
    locks.follow(folder, lease);
    locks.dispose();
    lease.lose();
    hold(null);
    await clock.advance(60 * 60_000);
    expect([said, reads()]).toEqual([[], 1]);
  });
});
