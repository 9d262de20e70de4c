import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SyncError } from '../../src/core/errors.ts';
import { type Forgery, forgeRemote, type Json, lineFor, remotePaths, sha256 } from './forged-remote.ts';
import { openVictim, type Victim } from './open-victim.ts';

/* Records that somebody with write access has forged, through the whole engine. Every hash that names something is right. */

const GOOD = 'good content';
const LINES = [lineFor('a', GOOD), lineFor('b/c', GOOD), lineFor('d', GOOD)];

async function openScene(lines: readonly string[], forgery: Forgery): Promise<Victim> {
  const victim = openVictim();
  onTestFinished(() => victim.close());
  writeFileSync(join(victim.folder.root, 'own'), 'own');
  await forgeRemote(victim.store, [GOOD], lines, forgery);
  return victim;
}

const bytesOf = ({ bucket }: Victim): unknown => structuredClone([...bucket].toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** The sync is refused with that kind, in words with a remedy; no byte changes on either side. */
async function expectRefused(victim: Victim, kind: string): Promise<void> {
  const before = bytesOf(victim);
  const around = victim.folder.surroundings();
  for (const direction of ['both', 'pull'] as const) {
    const error = await victim.datastore.sync({ direction }).then(
      (report) => ({ kind: 'no error', message: JSON.stringify(report), remedy: '' }),
      (thrown: SyncError) => thrown,
    );
    expect({ kind: error.kind, message: error.message }).toMatchObject({ kind, message: expect.any(String) });
    expect(error.remedy.length).toBeGreaterThan(10);
  }
  expect(bytesOf(victim)).toEqual(before);
  expect(Object.fromEntries(victim.folder.files())).toEqual({ own: 'own' });
  expect(victim.folder.surroundings()).toEqual(around);
}

/** What is no count from 1 up, whichever way it is written. */
const NO_COUNTS: readonly unknown[] = [
  -1,
  1.5,
  2 ** 53,
  1e300,
  '1',
  null,
  [],
  {},
  true,
  'NaN',
  'RAW:1e999',
  'RAW:-1e999',
];
const POINTER = { generation: 1, id: 'x', sha256: sha256('x'), committedAt: '', by: '' };
const KEY = `commits/0000000001-${'a'.repeat(8)}.json`;
const DEEP = `RAW:${'['.repeat(5_000)}${']'.repeat(5_000)}`;

describe('a forged head stops everything', () => {
  test.each<[field: string, value: unknown]>([
    ...NO_COUNTS.map((value): [string, unknown] => ['epoch', value]),
    ['epoch', 0],
    ['datastoreId', ''],
    ['datastoreId', 7],
    ['nonce', null],
    ['recentCommits', { length: 1 }],
    ['recentCommits', [null]],
    ['lease', 'held'],
    ['lease', {}],
    ['commit', []],
    ['commit', { ...POINTER, key: '../../etc/passwd' }],
    ['commit', { ...POINTER, key: `${KEY}/../../head.json` }],
    ['commit', { ...POINTER, key: 'head.json' }],
    ['commit', { ...POINTER, key: '__proto__' }],
    ['commit', { ...POINTER, key: KEY, sha256: 'x' }],
    ['commit', { ...POINTER, key: KEY, generation: -1 }],
    ['commit', { ...POINTER, key: KEY }],
    ['format', '1'],
    ['format', 0],
    ['snapshots', DEEP],
    ['junk', 'x'.repeat(70_000)],
  ])('%s %#', async (field, value) => {
    await expectRefused(await openScene(LINES, { head: { [field]: value } }), 'corrupt');
  });
});

describe('a forged commit stops everything', () => {
  test.each<[field: string, value: unknown]>([
    ...['generation', 'epoch', 'stats'].flatMap((field) => NO_COUNTS.map((value): [string, unknown] => [field, value])),
    ['parent', 'x'],
    ['parent', { id: 'x', key: '../x', sha256: sha256('x') }],
    ['shards', { length: 1 }],
    ['shards', [null]],
    ['message', 7],
    ['tags', DEEP],
  ])('%s %#', async (field, value) => {
    await expectRefused(await openScene(LINES, { commit: { [field]: value } }), 'corrupt');
  });

  test.each<[what: string, forgery: Forgery]>([
    ['head', { head: { format: 2 } }],
    ['commit', { commit: { format: 99 } }],
  ])('a higher format of the %s is never guessed', async (_what, forgery) => {
    await expectRefused(await openScene(LINES, forgery), 'newer-format');
  });
});

describe('a forged shard stops everything', () => {
  const text = LINES.map((line) => `${line}\n`).join('');
  const zipped = gzipSync(text);
  const [a = '', b = '', d = ''] = LINES;
  const raw = (...lines: string[]): Forgery => ({ text: lines.map((line) => `${line}\n`).join('') });
  test.each<[what: string, forgery: Forgery]>([
    ['no gzip', { shardBytes: Buffer.from(text) }],
    ['nothing', { shardBytes: Buffer.alloc(0) }],
    ['a cut gzip', { shardBytes: zipped.subarray(0, -20) }],
    ['a gzip without its sum', { shardBytes: zipped.subarray(0, -8) }],
    ['a second gzip behind it', { shardBytes: Buffer.concat([zipped, gzipSync('{}\n')]) }],
    ['a bit that flipped', { shardBytes: zipped.map((byte, index) => (index === 40 ? byte ^ 4 : byte)) }],
    ['another text under its name', { shardBytes: gzipSync(raw(a, b).text ?? '') }],
    ['lines out of order', raw(a, d, b)],
    ['a path twice', raw(a, a, d)],
    ['a line that is no JSON', raw(a, 'x', d)],
    ['a line that is a list', raw(a, '["path"]', d)],
    ['a line without a path', raw(a, '{"path":7}', d)],
    ['a cut last line', { text: text.slice(0, -5) }],
    ['fewer lines than it says', { shard: { count: 4 } }],
    ['more lines than it says', { shard: { count: 2 } }],
    ['2^53 lines, it says', { shard: { count: 2 ** 53 } }],
    ['-1 lines, it says', { shard: { count: -1 } }],
    ['another first path', { shard: { first: '!' } }],
    ['another last path', { shard: { last: 'z' } }],
    ['a key outside', { shard: { key: '../../head.json' } }],
    ['bytes that are no UTF-8', { shardBytes: gzipSync(Buffer.from([0xff, 0xfe, 0x0a])), shard: { count: 1 } }],
  ])('%s', async (_what, forgery) => expectRefused(await openScene(LINES, forgery), 'corrupt'));

  test('bytes behind the gzip do no harm: what was unzipped has the right hash', async () => {
    const victim = await openScene(LINES, { shardBytes: Buffer.concat([zipped, Buffer.alloc(100)]) });
    expect(await victim.datastore.sync({ direction: 'pull' })).toMatchObject({ downloaded: 3, problems: [] });
  });
});

describe('a forged entry is refused alone', () => {
  const object = `objects/${sha256(GOOD)}-1`;
  const slice = { object, offset: 0, length: GOOD.length };
  const levels = (count: number) => Array.from({ length: count }, (_, index) => `l${index}`).join('/');
  const bad: readonly [what: string, path: string, more: Json][] = [
    ...NO_COUNTS.flatMap((value): [string, string, Json][] => [
      [`size ${JSON.stringify(value)}`, 'm', { size: value }],
      [`offset ${JSON.stringify(value)}`, 'm', { slices: [{ ...slice, offset: value }] }],
    ]),
    ['a huge size', 'm', { size: 2 ** 53 - 1 }],
    ['a slice beyond the end', 'm', { size: 2 ** 40, slices: [{ ...slice, length: 2 ** 40 }] }],
    ['an offset beyond the end', 'm', { slices: [{ ...slice, offset: 2 ** 40 }] }],
    [
      'slices whose sum overflows',
      'm',
      { slices: Array.from({ length: 3 }, () => ({ ...slice, length: 2 ** 53 - 1 })) },
    ],
    [
      'a million slices of nothing',
      'm',
      { size: 0, slices: Array.from({ length: 20_000 }, () => ({ ...slice, length: 0 })) },
    ],
    ['an object of other bytes', 'm', { sha256: sha256('other') }],
    ['an object that is not there', 'm', { slices: [{ ...slice, object: `objects/${sha256('none')}-1` }] }],
    ['the head as its object', 'm', { slices: [{ ...slice, object: 'head.json' }] }],
    ['an object outside', 'm', { slices: [{ ...slice, object: '../../other/secret' }] }],
    ['an mtime of 1e999', 'm', { mtime: 'RAW:1e999' }],
    ['an encoding nobody knows', 'm', { slices: [{ ...slice, encoding: 'rot13' }] }],
    ['zstd that is none', 'm', { slices: [{ ...slice, encoding: 'zstd' }] }],
    ['nothing but a path', 'm', { by: undefined, sha256: undefined, size: undefined, slices: undefined }],
    ['exec as text', 'm', { exec: 'yes' }],
    ['65 levels', levels(65), {}],
    ['a level of 300 bytes', `${'n'.repeat(300)}/x`, {}],
    ['a name of 300 bytes', 'n'.repeat(300), {}],
    ['a path of 1,025 bytes', `${'n'.repeat(200)}/`.repeat(5) + 'n'.repeat(20), {}],
    ['nesting', 'm', { more: DEEP }],
  ];
  test.each(bad)('%s', async (_what, path, more) => {
    const line = lineFor(path, GOOD, more).replaceAll(/"RAW:([^"]*)"/g, '$1');
    const victim = await openScene([...LINES, line], {});
    const around = victim.folder.surroundings();
    const report = await victim.datastore.sync();
    expect(report.problems.map((problem) => problem.path)).toEqual([path]);
    expect(report).toMatchObject({ downloaded: 3, uploaded: 1 });
    expect(Object.fromEntries(victim.folder.files())).toEqual({ a: GOOD, 'b/c': GOOD, d: GOOD, own: 'own' });
    expect(await remotePaths(victim.store)).toEqual(new Set(['a', 'b/c', 'd', 'own', path]));
    expect(victim.folder.surroundings()).toEqual(around);
  });

  test('names of members of objects are names like others, and 64 levels are not too many', async () => {
    const odd = ['__proto__', 'constructor/prototype', 'hasOwnProperty', 'toString', levels(64)];
    const more = JSON.parse('{"__proto__":{"polluted":1},"constructor":1}') as Json;
    const victim = await openScene([...LINES, ...odd.map((path) => lineFor(path, GOOD, more))], {});
    const report = await victim.datastore.sync();
    expect(report).toMatchObject({ downloaded: 8, uploaded: 1, problems: [] });
    expect([...victim.folder.files().keys()].toSorted()).toEqual([...odd, 'a', 'b/c', 'd', 'own'].toSorted());
    expect(({} as Json)['polluted']).toBe(undefined);
  });
});
