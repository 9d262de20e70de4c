import { describe, expect, test } from 'vitest';
import { judgeFolder } from '../../src/core/doctor/doctor-folder.ts';
import { type FolderHealth, healthText } from '../../src/core/doctor/folder-health.ts';
import { bad, ok } from '../../src/core/errors.ts';
import { holderOf } from '../../src/core/format/lease-holder.ts';
import { isStaleLock, lockText, parseLock, tenureOf } from '../../src/core/format/lock-record.ts';

/* A folder used in place: what its lock says, and how it is. */

const NOW = Date.UTC(2026, 10, 20, 12);
const SIX = {
  holder: 'carol',
  hostname: 'nas',
  pid: 7,
  acquiredAt: new Date(NOW - 60_000).toISOString(),
  ttlMs: 30_000,
  nonce: 'n',
};
const OURS = {
  ...SIX,
  renewedAt: new Date(NOW - 5000).toISOString(),
  purpose: 'sync',
  tool: 'datastore-sync/cli',
};

describe('a lock', () => {
  test.each<[what: string, text: string, says: object | null]>([
    ['of ours', JSON.stringify(OURS), OURS],
    ['of another tool', JSON.stringify(SIX), { ...SIX, renewedAt: null, purpose: null, tool: null }],
    ['with more than we know', JSON.stringify({ ...SIX, more: 1 }), SIX],
    ['that names nobody', JSON.stringify({ ...SIX, holder: 1 }), { holder: 'somebody', nonce: 'n' }],
    ['half-written', JSON.stringify(OURS).slice(0, 40), null],
    ['of nothing', '', null],
    ['that is no record', '"lock"', null],
    ['that is null', 'null', null],
    ['without a tenure', JSON.stringify({ ...SIX, nonce: undefined }), null],
    ['without a process', JSON.stringify({ ...SIX, pid: '7' }), null],
    ['with a process that cannot be', JSON.stringify({ ...SIX, pid: 1.5 }), null],
    ['of no process', JSON.stringify({ ...SIX, pid: 0 }), null],
    ['with a ttl without end', JSON.stringify(SIX).replace('30000', '1e999'), { ...SIX, ttlMs: 3_600_000 }],
    ['with a ttl of a day', JSON.stringify({ ...SIX, ttlMs: 86_400_000 }), { ...SIX, ttlMs: 3_600_000 }],
    ['with no ttl', JSON.stringify({ ...SIX, ttlMs: 0 }), null],
  ])('%s', (_what, text, says) => {
    const found = parseLock(text);
    if (says === null) expect(found).toBeNull();
    else expect(found).toMatchObject(says);
    // What nobody can read is still told apart from everything else.
    expect(tenureOf(text)).toBe(says === null ? text : 'n');
  });

  const lock = parseLock(JSON.stringify({ ...SIX, ttlMs: 5000 }));
  test.each<[what: string, lock: typeof lock, unchangedMs: number, holderIsDead: boolean, stale: boolean]>([
    ['stands still for less than its own ttl', lock, 4999, false, false],
    ['stands still for its own ttl', lock, 5000, false, true],
    ['has a holder that is dead here', lock, 0, true, true],
    ['cannot be read, for less than our ttl', null, 29_999, false, false],
    ['cannot be read, for our ttl', null, 30_000, false, true],
  ])('may be taken over when it %s: or not', (_what, found, unchangedMs, holderIsDead, stale) =>
    expect(isStaleLock({ lock: found, unchangedMs, holderIsDead, ttlMs: 30_000 })).toBe(stale),
  );

  test('is said in a line', () => {
    expect(lockText(parseLock(JSON.stringify(OURS)))).toBe('datastore-sync/cli, process 7 on nas: sync');
    expect(lockText(parseLock(JSON.stringify(SIX)))).toBe('carol, process 7 on nas');
    expect(lockText(null)).toBe('an unreadable lock');
  });
});

const health = (part: Partial<FolderHealth>): FolderHealth => ({
  readMs: 2,
  written: ok({ ms: 14, clocks: { server: NOW, own: NOW + 100 } }),
  freeBytes: 12e9,
  ...part,
});
const READ_ONLY = bad({ kind: 'local', message: 'the filesystem is read-only (EROFS)', remedy: 'Mount it.' } as const);
const skewed = (own: number) => ok({ ms: 14, clocks: { server: NOW, own } });

test.each<[what: string, part: Partial<FolderHealth>, text: string]>([
  ['well', {}, 'in reach (2 ms), writable (14 ms), 12 GB free'],
  [
    'read-only',
    { written: READ_ONLY },
    'in reach (2 ms), not writable: the filesystem is read-only (EROFS), 12 GB free',
  ],
  [
    'with another clock',
    { written: skewed(NOW + 5000) },
    "in reach (2 ms), writable (14 ms), the clock here is 5.0 s ahead of the file server's, 12 GB free",
  ],
])('health in a line: %s', (_what, part, text) => expect(healthText(health(part))).toBe(text));

describe('doctor', () => {
  const FREE = ok(null);
  const by = holderOf(parseLock(JSON.stringify(OURS)), 'n');
  const WELL = ['reachability ok', 'permissions ok', 'clock ok', 'lease ok'];
  test.each<[what: string, facts: Parameters<typeof judgeFolder>[0], lines: string[], text: RegExp]>([
    ['all is well', { health: ok(health({})), lock: FREE }, WELL, /a file was written and removed in 14 ms/],
    [
      'slow',
      { health: ok(health({ readMs: 1500 })), lock: FREE },
      ['reachability warning', ...WELL.slice(1)],
      /read in 1\.5 s.*: slow/,
    ],
    [
      'read-only',
      { health: ok(health({ written: READ_ONLY })), lock: FREE },
      ['reachability ok', 'permissions problem', 'lease ok'],
      /could not be written: the filesystem is read-only/,
    ],
    [
      'the clock behind',
      { health: ok(health({ written: skewed(NOW - 60_000) })), lock: FREE },
      ['reachability ok', 'permissions ok', 'clock warning', 'lease ok'],
      /1 min behind the file server's/,
    ],
    [
      'locked',
      { health: ok(health({})), lock: ok({ by, isGone: false }) },
      [...WELL.slice(0, 3), 'lease note'],
      /held by carol \(process 7 on nas: sync\), last heartbeat 5 s ago by its clock$/,
    ],
    [
      'locked by who is gone',
      { health: ok(health({})), lock: ok({ by, isGone: true }) },
      [...WELL.slice(0, 3), 'lease note'],
      /; gone, and taken over by the next who needs it$/,
    ],
    [
      'nothing can be asked',
      {
        health: bad({ kind: 'local', message: 'it hangs', remedy: 'Mount it again.' }),
        lock: bad({ kind: 'local', message: 'the lock is a folder', remedy: 'Remove it.' }),
      },
      ['reachability problem', 'lease problem'],
      /the lock is a folder/,
    ],
  ])('%s', (_what, facts, expected, text) => {
    const lines = judgeFolder(facts, NOW);
    expect(lines.map(({ topic, level }) => `${topic} ${level}`)).toEqual(expected);
    expect(lines.map((line) => line.text).join('\n')).toMatch(new RegExp(text.source, 'm'));
    for (const { level, remedy } of lines) expect(remedy === null).toBe(level === 'ok' || level === 'note');
  });
});
