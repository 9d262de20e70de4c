import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCommit, serialiseCommit } from '../../src/core/format/commit-record.ts';
import { parseHead, serialiseHead } from '../../src/core/format/head-record.ts';
import { parseShard } from '../../src/core/format/sync-index.ts';
import type { Json } from './forged-remote.ts';
import { lineFor, sha256 } from './forged-remote.ts';
import { mayBePath, staysBelow } from './path-oracle.ts';

/* Valid records with something changed: the answer is a record that holds what its type says, or a refusal in words; never a throw. */

const ID = '0d5e6b0a-7c54-4c4b-9a0b-0c6b6f0f9d11';
const HASH = sha256('x');
const HEAD = {
  format: 1,
  datastoreId: ID,
  epoch: 7,
  nonce: 'a'.repeat(32),
  lease: {
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
  },
  commit: { generation: 12, id: ID, key: `commits/0000000012-${ID}.json`, sha256: HASH, committedAt: '', by: 'alice' },
  recentCommits: [ID],
};
const COMMIT = {
  format: 1,
  datastoreId: ID,
  generation: 12,
  id: ID,
  parent: { id: ID, key: `commits/0000000011-${ID}.json`, sha256: HASH },
  epoch: 7,
  by: 'alice@build-7',
  at: '',
  message: '',
  stats: { files: 4, bytes: 40, added: 1, changed: 1, removed: 0 },
  shards: [{ key: `index/${HASH}-7.jsonl.gz`, sha256: HASH, first: 'a', last: 'c', count: 2 }],
};

const EVIL: readonly string[] = [
  ...'-1 1e999 -1e999 9007199254740992 1.5 -0 0 1e308 null true "" [] {} [[[]]] "NaN" "__proto__" "../../etc/passwd"'.split(
    ' ',
  ),
  ...'"\\ud800" "\\u0000" {"__proto__":{"x":1}} {"length":-1} {"toString":1}'.split(' '),
  `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
];

/** A text of JSON with one value replaced, one key renamed, bytes flipped, or a part cut out. */
const mutated = (valid: string): fc.Arbitrary<string> => {
  const values = [...valid.matchAll(/(?<=[:[,])(?:"[^"]*"(?!:)|-?[\d.]+|true|false|null)/g)];
  const keys = [...valid.matchAll(/"[A-Za-z0-9]+"(?=:)/g)];
  const at = (found: readonly RegExpMatchArray[], by: fc.Arbitrary<string>) =>
    fc.tuple(fc.constantFrom(...found), by).map(([match, text]) => {
      const start = match.index ?? 0;
      return valid.slice(0, start) + text + valid.slice(start + match[0].length);
    });
  return fc.oneof(
    at(values, fc.constantFrom(...EVIL)),
    at(values, fc.json()),
    at(keys, fc.constantFrom('"__proto__"', '"constructor"', '"toString"', '"format"', '"path"', '"unknown"', '""')),
    fc
      .tuple(fc.nat(valid.length - 1), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([cut, text]) => valid.slice(0, cut) + text + valid.slice(cut + 1)),
    fc.tuple(fc.nat(valid.length), fc.nat(valid.length)).map(([from, to]) => valid.slice(0, from) + valid.slice(to)),
  );
};

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
const refusal = {
  kind: expect.stringMatching(/^(corrupt|newer-format)$/) as unknown,
  message: expect.any(String) as unknown,
};
const runs = { numRuns: 5_000 };

test('a head', () => {
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(mutated(JSON.stringify(HEAD)), (text) => {
      const parsed = parseHead(text);
      if (!parsed.ok) {
        refused += 1;
        expect(parsed.problem).toEqual(refusal);
        return;
      }
      taken += 1;
      const { epoch, lease, commit, recentCommits } = parsed.value;
      expect(isCount(epoch) && epoch > 0 && Array.isArray(recentCommits)).toBe(true);
      if (lease)
        expect([isCount(lease.ttlMs), isCount(lease.pid), typeof lease.holder]).toEqual([true, true, 'string']);
      if (commit)
        expect([isCount(commit.generation), /^commits\/[0-9A-Za-z-]+\.json$/.test(commit.key)]).toEqual([true, true]);
      // Unknown fields stay: what was read means the same when it is written again.
      expect(parseHead(serialiseHead(parsed.value))).toEqual(withoutMinusZero(parsed));
    }),
    runs,
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(100);
});

test('a commit', () => {
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(mutated(JSON.stringify(COMMIT)), (text) => {
      const parsed = parseCommit(text);
      if (!parsed.ok) {
        refused += 1;
        expect(parsed.problem).toEqual(refusal);
        return;
      }
      taken += 1;
      const { generation, epoch, stats, shards, parent } = parsed.value;
      // What another version may have put there is carried on, whatever it is.
      const { unknown: _unknown, ...counts } = stats;
      expect([generation, epoch, ...Object.values(counts)].every(isCount)).toBe(true);
      for (const { key, count } of shards)
        expect([/^index\/[0-9a-f]{64}-\d+\.jsonl\.gz$/.test(key), isCount(count)]).toEqual([true, true]);
      if (parent) expect(parent.key).toMatch(/^commits\/[0-9A-Za-z-]+\.json$/);
      expect(parseCommit(serialiseCommit(parsed.value))).toEqual(withoutMinusZero(parsed));
    }),
    runs,
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(100);
});

test('an entry: it alone is refused, and its neighbours are read', () => {
  let [taken, refused] = [0, 0];
  const before = lineFor('a', '1');
  const after = lineFor('z', '2');
  fc.assert(
    fc.property(mutated(lineFor('m', 'text')), (line) => {
      const parsed = parseShard(`${before}\n${line}\n${after}\n`, {
        key: '',
        sha256: '',
        first: 'a',
        last: 'z',
        count: 3,
      });
      // No place in the order of paths: then nobody can say what the shard holds.
      const path = pathIn(line);
      if (path === null || path <= 'a' || path >= 'z' || line.includes('\n')) {
        if (!parsed.ok) expect(parsed.problem).toEqual(refusal);
        return;
      }
      if (!parsed.ok) throw new Error(parsed.problem.message);
      const { entries } = parsed.value;
      expect(entries.map((entry) => entry.path)).toEqual(expect.arrayContaining(['a', 'z']));
      expect(entries.length + parsed.value.refused.length).toBe(3);
      for (const kept of parsed.value.refused) expect(kept).toMatchObject({ path, line });
      const read = entries.find((entry) => entry.path === path);
      if (read) taken += 1;
      else refused += 1;
      if (read)
        expect([mayBePath(read.path), staysBelow(read.path), isCount(read.size), read.slices.every(isSlice)]).toEqual([
          true,
          true,
          true,
          true,
        ]);
    }),
    runs,
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(100);
});

const isSlice = ({ object, offset, length }: { object: string; offset: number; length: number }): boolean =>
  /^objects\/[0-9a-f]{64}-\d+$/.test(object) && isCount(offset) && isCount(length);

/** JSON reads -0 and writes 0. */
const withoutMinusZero = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function pathIn(line: string): string | null {
  try {
    const fields = JSON.parse(line) as Json | null;
    return typeof fields === 'object' && typeof fields?.['path'] === 'string' ? fields['path'] : null;
  } catch {
    return null;
  }
}
