import { expect, test } from 'vitest';
import { parseSyncPath, type SyncPath } from '../../src/core/paths/sync-path.ts';
import type { Drift, VerifyReport } from '../../src/core/verify/verify-report.ts';
import { outlook, verifyWords } from '../../src/core/verify/verify-words.ts';

const at = (text: string): SyncPath => {
  const path = parseSyncPath(text);
  if (!path.ok) throw new Error(path.problem);
  return path.value;
};

const WELL: VerifyReport = {
  generation: 7,
  remoteFiles: 1204,
  remoteBytes: 45_100_000,
  localFiles: 1205,
  localBytes: 45_200_000,
  drift: [],
  repaired: [],
  notices: [],
  pending: { upload: 0, download: 0, deleteRemote: 0, deleteLocal: 0, conflicts: 0, held: 0 },
  vetoes: [],
  bytesUp: 0,
  bytesDown: 0,
  requests: 0,
  ms: 8123,
};

const missing: Drift = {
  kind: 'remote-missing',
  path: 'a/b.json',
  reason: `objects/${'0123456789abcdef'.repeat(4)}-12 is missing`,
  good: { side: 'here', path: at('a/b.json') },
};
const rotten: Drift = {
  kind: 'rotten-here',
  path: 'c',
  reason: 'its bytes changed',
  good: { side: 'there', path: at('c') },
};
const lost: Drift = { ...missing, path: 'd', good: null };
const shard: Drift = {
  kind: 'record-damaged',
  path: 'index/x-1.jsonl.gz',
  reason: 'it is missing',
  good: { side: 'kept' },
};

test.each<[what: string, change: Partial<VerifyReport>, lines: (string | RegExp)[]]>([
  [
    'all is well',
    {},
    [/^Read 1,204 files there \(45 MB, generation 7\), 1,205 files here \(45 MB\), in 8\.1 s\.$/, /^Every byte/],
  ],
  ['nothing is committed', { generation: null }, [/^Nothing is committed yet\. Read 1,205 files here/, /^Every byte/]],
  [
    'changes are pending',
    { pending: { ...WELL.pending, upload: 2, deleteLocal: 1, conflicts: 1 } },
    [/^Read/, /^Every/, 'Pending, which is no damage: 2 up, 1 to delete here, 1 conflict.'],
  ],
  [
    'something is damaged: without the long names of objects',
    { drift: [missing, lost] },
    [
      /^Read/,
      '',
      '2 paths damaged:',
      '  a/b.json',
      '    on the remote: objects/0123456789ab…-12 is missing',
      '    the right bytes: here',
      '  d',
      /is missing/,
      '    the right bytes: nobody here has them',
    ],
  ],
  [
    'all was repaired',
    { repaired: [missing, rotten, shard], notices: [{ path: 'c', reason: 'kept as c.conflict' }] },
    [
      /^Read/,
      /^Every/,
      '',
      'Repaired 3 paths:',
      '  a/b.json',
      '    written anew, with the bytes that are here',
      '  c',
      /stays as a conflict copy/,
      '  index/x-1.jsonl.gz',
      '    written anew, with the bytes that are kept in the state folder',
      'c: kept as c.conflict',
    ],
  ],
  [
    'it is another datastore',
    { vetoes: [{ kind: 'foreign-remote', expected: 'a', found: 'b', generation: 3 }] },
    [/^Read/, /^Every/, /stop for safety: another datastore/, /--accept-remote 3/],
  ],
])('%s', (_what, change, lines) => {
  const told = verifyWords({ ...WELL, ...change }, 20).map(({ text }) => text);
  expect(told).toHaveLength(lines.length);
  for (const [index, line] of lines.entries()) {
    if (typeof line === 'string') expect(told[index]).toBe(line);
    else expect(told[index]).toMatch(line);
  }
});

test('a long list is cut, and says so', () => {
  const told = verifyWords({ ...WELL, drift: Array.from({ length: 30 }, () => lost) }, 2).map(({ text }) => text);
  expect(told.at(-1)).toBe('  … and 28 more (all with --json)');
});

test.each<[drift: Drift[], what: ReturnType<typeof outlook>]>([
  [[], null],
  [[missing, rotten], 'all'],
  [[missing, lost], 'some'],
  [[lost], 'none'],
])('of %j can be repaired: %s', (drift, what) => expect(outlook({ ...WELL, drift })).toBe(what));
