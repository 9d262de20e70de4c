import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { locate } from './disk/locate.ts';
import { ROOT } from './hands.ts';
import type { Machine } from './machine.ts';
import { makeScenario } from './make-scenario.ts';
import { type Chain, createChain } from './oracle/chain.ts';
import type { Violation } from './oracle/invariants.ts';
import { createPerson } from './oracle/person.ts';
import { sha256Of } from './oracle/remote-format.ts';
import { createWorld } from './world.ts';

/* An oracle that cannot go red proves nothing: each row plants one violation into a history that is right otherwise. */

interface Planted {
  readonly head?: Readonly<Record<string, unknown>>;
  readonly commit?: Readonly<Record<string, unknown>>;
  readonly entry?: Readonly<Record<string, unknown>>;
  readonly object?: string;
  readonly without?: 'commit' | 'shard' | 'object';
}

const rows: Record<string, readonly [number, Planted]> = {
  'an epoch that falls': [1, { head: { epoch: 0 } }],
  'an epoch that jumps': [1, { head: { epoch: 5 }, commit: { epoch: 5 } }],
  'a commit with another parent': [1, { commit: { parent: { id: 'nobody', key: 'x', sha256: 'x' } } }],
  'a commit that leaves a generation out': [1, { commit: { generation: 3 }, head: { generation: 3 } }],
  'another datastore': [1, { head: { datastoreId: 'other' } }],
  'the same nonce again': [1, { head: { nonce: 'nonce 1' } }],
  'a commit over a lease that is held': [2, { head: { lease: { nonce: 'l', holder: 'x' } } }],
  'a commit of another epoch': [2, { commit: { epoch: 1 } }],
  'a commit that is missing': [4, { without: 'commit' }],
  'a shard that is missing': [4, { without: 'shard' }],
  'an object that is missing': [4, { without: 'object' }],
  'an object with other bytes': [4, { object: 'other' }],
  'a size that is not the content’s': [4, { entry: { size: 99 } }],
};

test.each(Object.entries(rows))('the chain sees %s', (_title, [invariant, planted]) => {
  expect(history(planted).map((violation) => violation.invariant)).toContain(invariant);
});

test('the chain finds nothing in a history that is right', () => {
  expect(history({})).toEqual([]);
});

test('a person must have done what is said, and had before the eyes what is replaced', () => {
  const person = createPerson((sha256) => sha256 === 'committed');
  expect(person.maySayPut('a', 'v1')).toBe(false);
  person.saved('a', 'v1');
  expect(person.needs('v1')).toBe(true);
  expect(person.maySayPut('a', 'v1')).toBe(true);
  // Said once: a second time it would come back by itself.
  expect(person.maySayPut('a', 'v1')).toBe(false);
  expect(person.maySayRemoval('a')).toBe(false);
  person.saved('a', 'v2');
  person.removed('a', 'v2');
  expect(person.needs('v2')).toBe(false);
  expect(person.maySayRemoval('a')).toBe(true);
  // What was saved before the removal is history with it.
  expect(person.maySayPut('a', 'v2')).toBe(false);
  expect(person.hasSeen('a', 'theirs')).toBe(false);
  person.sees('a', 'theirs');
  expect(person.hasSeen('a', 'theirs')).toBe(true);
});

test('a version that was covered by another is still needed until it is committed', () => {
  const person = createPerson((sha256) => sha256 === 'committed');
  person.saved('a', 'mine');
  // The engine put something else there; the person removes that, and has never given up the own one.
  person.removed('a', 'theirs');
  expect(person.needs('mine')).toBe(true);
  person.saved('b', 'committed');
  person.removed('b', 'theirs');
  expect(person.needs('committed')).toBe(false);
});

test('what is said settles everything that was done there before', () => {
  const person = createPerson(() => false);
  person.saved('a', 'v1');
  person.saved('a', 'v2');
  expect(person.maySayPut('a', 'v2')).toBe(true);
  // It was never said, and would now replace the newer one.
  expect(person.maySayPut('a', 'v1')).toBe(false);
  person.saved('a', 'v3');
  person.removed('a', 'v3');
  person.isPutBack('a');
  expect(person.maySayRemoval('a')).toBe(false);
});

test('a content counts as kept at its path and at copies of it, not anywhere', () => {
  const { chain } = twoCommits({ entry: { path: 'a.conflict-x-20260102T030405Z.conflict-y-20260102T030405Z-2.md' } });
  const sha256 = sha256Of(Buffer.from('content 2'));
  expect(chain.wasKept('a.md', sha256)).toBe(true);
  expect(chain.wasKept('a.conflict-x-20260102T030405Z.md', sha256)).toBe(true);
  expect(chain.wasKept('b.md', sha256)).toBe(false);
  expect(chain.wasKept('a.md', sha256Of(Buffer.from('content 1')))).toBe(false);
});

test.each([
  ['dropped', [3]],
  ['dropped a day later', []],
  ['kept', []],
])('a file that was replaced, was %s, and is written late', (how, blamed) => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  const { disk } = machine;
  const by = world.program(0, 'vscode').process;
  world.act(machine, { act: 'save', path: 'a', size: 20, style: 'replace' });
  const { folder, key, node } = locate(disk, `${ROOT}/a`, 'test', false);
  if (node?.kind !== 'file') throw new Error('it was not saved');
  disk.opened(node);
  const staging = disk.newFolder(0o700);
  disk.change([{ folder, key: '.datastore-staging', becomes: { name: '.datastore-staging', node: staging } }], by);
  disk.change(
    [
      { folder, key, becomes: null },
      { folder: staging, key, becomes: { name: 'a', node } },
    ],
    by,
  );
  if (how !== 'kept') {
    if (how === 'dropped a day later') machine.aheadMs += 25 * 3_600_000;
    // What it held is elsewhere: nothing else is lost.
    const copy = disk.newFile(0o600);
    copy.data = node.data;
    disk.change([{ folder: staging, key: 'copy', becomes: { name: 'copy', node: copy } }], by);
    disk.change([{ folder: staging, key, becomes: null }], by);
  }
  expect(world.violations).toEqual([]);
  disk.write(node, Buffer.from('late'), null);
  expect(world.violations.map(({ invariant }) => invariant)).toEqual(blamed);
});

/** Two commits, the second with the planted violation. */
function history(planted: Planted): readonly Violation[] {
  return twoCommits(planted).violations;
}

function twoCommits(planted: Planted): { readonly chain: Chain; readonly violations: readonly Violation[] } {
  const objects = new Map<string, Uint8Array>();
  const violations: Violation[] = [];
  const chain = createChain(
    (key) => objects.get(key) ?? null,
    (invariant, detail) => violations.push({ invariant, detail }),
  );
  const first = write(objects, 1, null, {});
  chain.advance(first.head, 'user1');
  expect(violations).toEqual([]);
  const second = write(objects, 2, first.pointer, planted);
  chain.advance(second.head, 'user2');
  return { chain, violations };
}

function write(objects: Map<string, Uint8Array>, generation: number, parent: unknown, planted: Planted) {
  const content = Buffer.from(`content ${generation}`);
  const object = `objects/${sha256Of(content)}-${generation}`;
  const entry = {
    path: 'a',
    size: content.length,
    mtime: 1,
    sha256: sha256Of(content),
    by: 'x',
    generation,
    slices: [{ object, offset: 0, length: content.length }],
    ...planted.entry,
  };
  const text = Buffer.from(`${JSON.stringify(entry)}\n`);
  const shard = `index/${sha256Of(text)}-${generation}.jsonl.gz`;
  const commit = Buffer.from(
    JSON.stringify({
      generation,
      id: `id ${generation}`,
      parent,
      epoch: generation,
      shards: [{ key: shard, sha256: sha256Of(text), first: 'a', last: 'a', count: 1 }],
      ...planted.commit,
    }),
  );
  const key = `commits/${generation}.json`;
  const pointer = { generation, id: `id ${generation}`, key, sha256: sha256Of(commit) };
  if (planted.without !== 'object')
    objects.set(object, planted.object === undefined ? content : Buffer.from(planted.object));
  if (planted.without !== 'shard') objects.set(shard, gzipSync(text));
  if (planted.without !== 'commit') objects.set(key, commit);
  const head = {
    datastoreId: 'd',
    epoch: generation,
    nonce: `nonce ${generation}`,
    lease: null,
    commit: pointer,
    recentCommits: [],
    ...planted.head,
  };
  return { pointer, head: Buffer.from(JSON.stringify(head)) };
}
