import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/core/format/canonical-json.ts';
import { parseCommit, serialiseCommit } from '../../src/core/format/commit-record.ts';
import { parseHead, serialiseHead } from '../../src/core/format/head-record.ts';
import type { Commit, Head, LeaseRecord, ShardPointer } from '../../src/core/format/records.ts';
import { sha256 } from './trees.ts';

const ID = '0d5e6b0a-7c54-4c4b-9a0b-0c6b6f0f9d11';
const HASH = sha256('x');
const COMMIT_KEY = `commits/0000000012-${ID}.json`;

const LEASE: LeaseRecord = {
  nonce: 'b'.repeat(32),
  holder: 'alice@build-7',
  hostname: 'build-7',
  pid: 4711,
  workspace: 'models',
  tool: 'cli',
  purpose: 'sync',
  acquiredAt: '2026-11-20T19:30:00.000Z',
  renewedAt: '2026-11-20T19:30:10.000Z',
  ttlMs: 30_000,
};

const HEAD: Head = {
  format: 1,
  datastoreId: ID,
  epoch: 7,
  nonce: 'a'.repeat(32),
  lease: LEASE,
  commit: { generation: 12, id: ID, key: COMMIT_KEY, sha256: HASH, committedAt: LEASE.acquiredAt, by: LEASE.holder },
  recentCommits: [ID],
};

const shard = (first: string, last: string, more: Partial<ShardPointer> = {}): ShardPointer => ({
  key: `index/${HASH}-7.jsonl.gz`,
  sha256: HASH,
  first,
  last,
  count: 2,
  ...more,
});

const COMMIT: Commit = {
  format: 1,
  datastoreId: ID,
  generation: 12,
  id: ID,
  parent: { id: ID, key: `commits/0000000011-${ID}.json`, sha256: HASH },
  epoch: 7,
  by: 'alice@build-7',
  at: '2026-11-20T19:30:00.000Z',
  message: '',
  stats: { files: 4, bytes: 40, added: 1, changed: 1, removed: 0 },
  shards: [shard('a', 'c'), shard('d', 'f')],
};

/** The record with some fields set to what somebody else might have written. */
const changed = (record: Head | Commit, change: Record<string, unknown>) =>
  canonicalJson({ ...record, ...change }).replace('"DEEP"', `${'['.repeat(20_000)}${']'.repeat(20_000)}`);
const corrupt = { ok: false, problem: { kind: 'corrupt', message: expect.any(String) } };

describe('canonical JSON', () => {
  test.each<[what: string, value: unknown, text: string]>([
    ['sorts keys, at every level', { b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
    ['keeps the order of lists', [3, { b: 1, a: 2 }, 1], '[3,{"a":2,"b":1},1]'],
    ['leaves out what is undefined', { a: undefined, b: null }, '{"b":null}'],
    ['writes numbers as JSON does', [1.5, -0, 1e21, 1763650000123.456], '[1.5,0,1e+21,1763650000123.456]'],
    ['escapes as JSON does', { 'a"\n': '\ud800é' }, '{"a\\"\\n":"\\ud800é"}'],
    ['writes a key that objects are born with', JSON.parse('{"__proto__":1,"a":2}'), '{"__proto__":1,"a":2}'],
  ])('%s', (_what, value, text) => expect(canonicalJson(value)).toBe(text));

  test('says the same as JSON, and the same for equal values in any order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (made) => {
        const value: unknown = JSON.parse(JSON.stringify(made));
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
        if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
        expect(canonicalJson(Object.fromEntries(Object.entries(value).toReversed()))).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('head.json is read and written', () => {
  test.each<[what: string, head: Head]>([
    ['held and committed', HEAD],
    ['free and empty', { ...HEAD, lease: null, commit: null, recentCommits: [] }],
    [
      'with fields of a newer version, in each of its parts',
      {
        ...HEAD,
        lease: { ...LEASE, unknown: { region: 'eu' } },
        commit: HEAD.commit && { ...HEAD.commit, unknown: { signed: { by: 'x' } } },
        unknown: { snapshots: [{ name: 'v1' }], unknown: 1 },
      },
    ],
  ])('%s', (_what, head) => {
    expect(parseHead(serialiseHead(head))).toEqual({ ok: true, value: head });
  });

  test('what a newer version wrote stays when the register is written again', () => {
    const text = `${changed(HEAD, { snapshots: ['v1'], lease: { ...LEASE, region: 'eu' } })}\n`;
    const parsed = parseHead(text);
    expect(parsed.ok && serialiseHead(parsed.value)).toBe(text);
    expect(parsed.ok && JSON.parse(serialiseHead({ ...parsed.value, epoch: 8 }))).toMatchObject({
      epoch: 8,
      snapshots: ['v1'],
      lease: { region: 'eu' },
    });
  });

  test.each<[what: string, text: string]>([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['a cut text', serialiseHead(HEAD).slice(0, -20)],
    ['a list', '[]'],
    ['no format', changed(HEAD, { format: undefined })],
    ['format 0', changed(HEAD, { format: 0 })],
    ['a format as text', changed(HEAD, { format: '2' })],
    ['no datastoreId', changed(HEAD, { datastoreId: '' })],
    ['epoch 0', changed(HEAD, { epoch: 0 })],
    ['half an epoch', changed(HEAD, { epoch: 1.5 })],
    ['an epoch that is not exact', changed(HEAD, { epoch: 2 ** 53 })],
    ['no nonce', changed(HEAD, { nonce: null })],
    ['no list of commits', changed(HEAD, { recentCommits: 'x' })],
    ['a commit id that is no text', changed(HEAD, { recentCommits: [1] })],
    ['a lease left out', changed(HEAD, { lease: undefined })],
    ['a lease without its nonce', changed(HEAD, { lease: { ...LEASE, nonce: '' } })],
    ['a lease without an end', changed(HEAD, { lease: { ...LEASE, ttlMs: 0 } })],
    ['a lease of an unknown tool', changed(HEAD, { lease: { ...LEASE, tool: 'web' } })],
    ['a lease with a negative pid', changed(HEAD, { lease: { ...LEASE, pid: -1 } })],
    ['a commit elsewhere', changed(HEAD, { commit: { ...HEAD.commit, key: '../commits/x.json' } })],
    ['a commit without its hash', changed(HEAD, { commit: { ...HEAD.commit, sha256: 'x' } })],
    ['depth that would break a writer', changed(HEAD, { snapshots: 'DEEP' })],
  ])('garbage is corrupt: %s', (_what, text) => expect(parseHead(text)).toEqual(corrupt));

  test.each<[what: string, text: string]>([
    ['with all else as it was', changed(HEAD, { format: 2 })],
    ['with nothing this version knows', '{"format":17}'],
  ])('a higher format is never guessed at: %s', (_what, text) => {
    expect(parseHead(text)).toEqual({ ok: false, problem: { kind: 'newer-format', message: expect.any(String) } });
  });
});

describe('a commit is read and written', () => {
  test.each<[what: string, commit: Commit]>([
    ['with parent and shards', COMMIT],
    ['the first, and empty', { ...COMMIT, generation: 1, parent: null, shards: [] }],
    ['shards in the order of bytes', { ...COMMIT, shards: [shard('a', '\uffee'), shard('\u{10000}', '\u{10001}')] }],
    ['a shard of one file', { ...COMMIT, shards: [shard('a', 'a', { count: 1 })] }],
    [
      'with fields of a newer version',
      {
        ...COMMIT,
        parent: COMMIT.parent && { ...COMMIT.parent, unknown: { also: 'y' } },
        stats: { ...COMMIT.stats, unknown: { moved: 2 } },
        shards: [shard('a', 'c', { unknown: { bloom: 'x' } })],
        unknown: { tags: ['v1'] },
      },
    ],
  ])('%s', (_what, commit) => {
    expect(parseCommit(serialiseCommit(commit))).toEqual({ ok: true, value: commit });
  });

  test.each<[what: string, change: Record<string, unknown>]>([
    ['no generation', { generation: null }],
    ['no id', { id: 7 }],
    ['a parent elsewhere', { parent: { ...COMMIT.parent, key: 'head.json' } }],
    ['a parent left out', { parent: undefined }],
    ['stats that are no counts', { stats: { ...COMMIT.stats, bytes: -1 } }],
    ['no shards', { shards: null }],
    ['a shard elsewhere', { shards: [shard('a', 'c', { key: 'index/../head.json' })] }],
    ['a shard under the key of another', { shards: [shard('a', 'c', { key: `index/${sha256('y')}-7.jsonl.gz` })] }],
    ['a shard of nothing', { shards: [shard('a', 'c', { count: 0 })] }],
    ['a shard that ends before it begins', { shards: [shard('c', 'a')] }],
    ['shards out of order', { shards: [shard('d', 'f'), shard('a', 'c')] }],
    ['shards that overlap', { shards: [shard('a', 'd'), shard('c', 'f')] }],
    ['shards that touch', { shards: [shard('a', 'c'), shard('c', 'f')] }],
    ['the same shard twice', { shards: [shard('a', 'c'), shard('a', 'c')] }],
    ['shards in the order of UTF-16', { shards: [shard('\u{10000}', '\u{10001}'), shard('\uffee', '\uffef')] }],
    ['depth that would break a reader', { tags: 'DEEP' }],
  ])('garbage is corrupt: %s', (_what, change) => expect(parseCommit(changed(COMMIT, change))).toEqual(corrupt));

  test('a higher format is never guessed at', () => {
    expect(parseCommit(changed(COMMIT, { format: 2 }))).toMatchObject({ problem: { kind: 'newer-format' } });
  });
});
