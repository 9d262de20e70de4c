import { expect, test } from 'vitest';
import { joins } from './answers.ts';
import { locate } from './disk/locate.ts';
import { createDisk } from './disk/node.ts';
import { ROOT } from './hands.ts';
import type { Machine, Process } from './machine.ts';
import { makeScenario, makeTraits } from './make-scenario.ts';
import type { Violation } from './oracle/invariants.ts';
import { watchModes } from './oracle/modes.ts';
import { createPerson, type Person } from './oracle/person.ts';
import { history, nonceOf, type Planted, twoCommits, twoHeads } from './oracle/planted-history.ts';
import { createRegisterCheck, type Writer } from './oracle/register.ts';
import { sha256Of } from './oracle/remote-format.ts';
import { createRandom } from './random.ts';
import { createWorld } from './world.ts';

/* An oracle that cannot go red proves nothing: each row plants one violation into a history that is right otherwise. */

const rows: Record<string, readonly [number, Planted]> = {
  'an epoch that falls': [1, { head: { epoch: 0 } }],
  'an epoch that jumps': [1, { head: { epoch: 5 }, commit: { epoch: 5 } }],
  'a commit with another parent': [1, { commit: { parent: { id: 'nobody', key: 'x', sha256: 'x' } } }],
  'a commit that leaves a generation out': [1, { commit: { generation: 3 }, head: { generation: 3 } }],
  'another datastore': [1, { head: { datastoreId: 'other' } }],
  'the same nonce again': [1, { head: { nonce: nonceOf(1) } }],
  'a commit over a lease that is held': [2, { head: { lease: { nonce: nonceOf(9), holder: 'x', ttlMs: 1 } } }],
  'a commit of another epoch': [2, { commit: { epoch: 1 } }],
  'a commit without a lease and without a new epoch': [2, { head: { epoch: 1 }, commit: { epoch: 1 } }],
  'a commit that is not remembered': [1, { head: { recentCommits: ['id-1'] } }],
  'commits that are remembered in another order': [1, { head: { recentCommits: ['id-1', 'id-2'] } }],
  'a register of another format': [1, { head: { format: 2 } }],
  'a commit for another datastore': [1, { commit: { datastoreId: 'other' } }],
  'a count of files that is wrong': [
    4,
    { commit: { stats: { files: 7, bytes: 9, added: 0, changed: 1, removed: 0 } } },
  ],
  'a shard that begins elsewhere': [4, { shard: { first: 'b' } }],
  'a shard that ends elsewhere': [4, { shard: { last: 'b' } }],
  'a shard with another count': [4, { shard: { count: 2 } }],
  'a path that comes twice': [4, { more: ['a'], shard: { count: 2 } }],
  'paths out of order': [4, { more: ['c', 'b'], shard: { last: 'b', count: 3 } }],
  'a shard that goes on where it had to end': [
    4,
    { entry: { path: 'c-229.md' }, more: ['d'], shard: { last: 'd', count: 2 } },
  ],
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
  ['sent before, and arrives late', []],
  ['sent after that', [9]],
])('the removal of a file that a program has put back since: %s', (how, blamed) => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  const by = world.program(0, 'vscode').process;
  const { objects, heads } = twoHeads({ entry: { path: 'b' } });
  for (const [key, bytes] of objects)
    world.remote.bucket.set(key, { bytes, etag: key, sha256: sha256Of(bytes), lastModified: world.remote.now() });
  const arrives = (head: Uint8Array) => world.remote.listener.written('head.json', head, by);
  world.act(machine, { act: 'save', path: 'a', size: 20, style: 'replace' });
  arrives(heads[0]);
  const { folder, key, node } = locate(machine.disk, `${ROOT}/a`, 'test', false);
  world.act(machine, { act: 'delete', path: 'a' });
  const send = () => world.oracle.sends(by, 'head.json', heads[1]);
  if (how.startsWith('sent before')) send();
  machine.disk.change([{ folder, key, becomes: node && { name: 'a', node } }], by);
  send();
  arrives(heads[1]);
  const removals = world.violations.filter(({ detail }) => detail.includes('deletes a for everybody'));
  expect(removals.map(({ invariant }) => invariant)).toEqual(blamed);
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

test.each([
  ['only reads', false, true],
  ['has written', true, false],
])('what an undo %s at a path, and whether its person still wants it gone', (_what, wrote, mayRemove) => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  const person = world.oracle.people[0] as Person;
  const { process } = world.program(0, 'vscode');
  world.act(machine, { act: 'save', path: 'a', size: 20, style: 'replace' });
  const { node } = locate(machine.disk, `${ROOT}/a`, 'test', false);
  if (node?.kind !== 'file') throw new Error('it was not saved');
  const sha256 = sha256Of(node.data);
  // Shown as what the undo takes away; a sync of the same window sends it before that.
  person.insists('a', null);
  process.undoes += 1;
  machine.disk.closed(node, process, wrote);
  person.maySayPut('a', sha256);
  expect(person.maySayRemoval('a')).toBe(mayRemove);
});

test('whoever accepts another remote says again what lies in the root, and in a folder that is out of sight for a while', () => {
  const world = createWorld(makeScenario(1, 2), false);
  const machine = world.machines[0] as Machine;
  const person = world.oracle.people[0] as Person;
  const save = (path: string) => {
    world.act(machine, { act: 'save', path, size: 20, style: 'replace' });
    const { node } = locate(machine.disk, `${ROOT}/${path}`, 'test', false);
    if (node?.kind !== 'file') throw new Error('it was not saved');
    const sha256 = sha256Of(node.data);
    // Committed, and brought back by itself from then on.
    expect(person.maySayPut(path, sha256)).toBe(true);
    return sha256;
  };
  const [seen, hidden, gone, goneHidden] = ['a', 'docs/old/b', 'c', 'docs/old/d'].map(save) as [
    string,
    string,
    string,
    string,
  ];
  for (const path of ['c', 'docs/old/d']) world.act(machine, { act: 'delete', path });
  world.act(machine, { act: 'swap folder for a link', path: 'docs/old', ms: 1_000 });
  expect(person.maySayPut('docs/old/b', hidden)).toBe(false);
  joins(world, 0);
  expect(person.maySayPut('a', seen)).toBe(true);
  expect(person.maySayPut('docs/old/b', hidden)).toBe(true);
  expect(person.maySayPut('docs/old/b', hidden)).toBe(false);
  // What its person has deleted lies nowhere.
  expect(person.maySayPut('c', gone)).toBe(false);
  expect(person.maySayPut('docs/old/d', goneHidden)).toBe(false);
});

test('whose lease it is says the process that took it, not a name', () => {
  const violations: Violation[] = [];
  const check = createRegisterCheck((invariant, detail) => violations.push({ invariant, detail }));
  const lease = { nonce: nonceOf(9), holder: 'user1@host1', ttlMs: 1 };
  const head = { format: 1, datastoreId: 'd', epoch: 1, nonce: nonceOf(1), lease, commit: null, recentCommits: [] };
  const [mine, other] = [1, 2].map((process) => ({ holder: 'user1@host1', process })) as [Writer, Writer];
  check(null, head, mine);
  check(head, { ...head, nonce: nonceOf(2) }, mine);
  const free = { ...head, nonce: nonceOf(3), lease: null };
  // Another window of the same workspace may give it back, and not renew it.
  check(head, free, other);
  expect(violations).toEqual([]);
  check(head, { ...head, nonce: nonceOf(4) }, other);
  check(free, { ...head, epoch: 2, nonce: nonceOf(5) }, mine);
  check(head, { ...free, nonce: nonceOf(6) }, { holder: 'user2@host2', process: 3 });
  expect(violations.map(({ invariant }) => invariant)).toEqual([2, 2, 2]);
});

test('what a sync gives up for the other side is needed again when it comes back', () => {
  const person = createPerson(() => false);
  person.saved('a', 'mine');
  person.yields('a', 'mine');
  expect(person.needs('mine')).toBe(false);
  person.gets('a', 'mine');
  expect(person.needs('mine')).toBe(true);
  person.yields('a', 'another');
  expect(person.needs('mine')).toBe(true);
  // A decision that is still to be carried out holds for the same bytes, read or saved once more meanwhile.
  person.givesUp('a', 'mine');
  person.gets('a', 'mine');
  person.saved('a', 'mine');
  person.gets('a', 'theirs');
  expect(person.needs('mine')).toBe(false);
  person.savedAside('late', true);
  expect(person.needs('late')).toBe(true);
  person.yields('a', 'late');
  expect(person.needs('late')).toBe(false);
  person.gets('a', 'late');
  expect(person.needs('late')).toBe(true);
});

test.each([
  ['and missed', true],
  ['and not missed', false],
])('what was written aside %s, and is saved again at a path, is given up with it', (_what, isMissed) => {
  const person = createPerson(() => false);
  person.savedAside('late', isMissed);
  person.saved('a', 'late');
  // A program that only reads it there.
  person.findsAgain('late');
  expect(person.needs('late')).toBe(true);
  person.yields('a', 'late');
  expect(person.needs('late')).toBe(false);
});

test.each([
  ['keeps what it could', 0o755, 0o755, false, []],
  ['may be run as there', 0o644, 0o755, true, []],
  ['loses a right', 0o664, 0o644, false, [5]],
  ['can no longer be run', 0o755, 0o644, false, [5, 5]],
  ['cannot be run as there', 0o644, 0o644, true, [5]],
  ['can be run, which nobody said', 0o644, 0o755, false, [5]],
] as const)('a file that a download replaces %s', (_what, before, after, exec, blamed) => {
  const disk = createDisk<Process>(makeTraits(createRandom('modes')).disk, () => 0, false);
  const violations: Violation[] = [];
  const blame = (invariant: Violation['invariant'], detail: string) => void violations.push({ invariant, detail });
  const modes = watchModes({ execsOf: () => new Set([exec]) }, blame, 'client 1');
  const [mine, theirs] = [disk.newFile(before), disk.newFile(after)];
  modes.stands('a', mine, null);
  modes.waits(theirs);
  modes.taken('a', mine);
  modes.stands('a', theirs, {} as Process);
  expect(violations.map(({ invariant }) => invariant)).toEqual(blamed);
});

test('a file that goes back where a download could not stay is compared with what stood there before', () => {
  const disk = createDisk<Process>(makeTraits(createRandom('modes')).disk, () => 0, false);
  const violations: string[] = [];
  const modes = watchModes({ execsOf: () => new Set([true]) }, (_, detail) => void violations.push(detail), 'client 1');
  const [mine, theirs] = [disk.newFile(0o644), disk.newFile(0o755)];
  modes.stands('a', mine, null);
  modes.waits(theirs);
  modes.taken('a', mine);
  modes.stands('a', theirs, {} as Process);
  modes.taken('a', theirs);
  modes.stands('a', mine, {} as Process);
  expect(violations).toEqual([]);
});

/** The record of a base in which nothing is. */
const BLANK = {
  format: 2,
  remote: 's3://bucket',
  epoch: 0,
  newest: null,
  commit: null,
  open: [],
  entries: { count: 0 },
};

test.each([
  ['changes nothing', [], () => {}],
  ['puts a file into the root', [9], ({ write }) => write('a')],
  ['takes a file from the root', [9], ({ remove }) => remove('old')],
  ['sends an object', [9], ({ send }) => send('objects/x', Buffer.from('x'))],
  ['sends a commit', [9], ({ send }) => send('head.json', headOf({ id: 'next' }))],
  ['renews its lease', [], ({ send }) => send('head.json', headOf(null))],
  ['deletes an object', [9], ({ send }) => send('objects/x', null)],
  ['remembers something else', [9], ({ remember }) => remember({ commit: { id: 'other' } })],
  [
    'sees that the register has moved on',
    [],
    ({ remember }) => remember({ epoch: 2, newest: { generation: 4 }, head: {} }),
  ],
  ['forgets an epoch', [9], ({ remember }) => remember({ epoch: 0 })],
  ['forgets a generation', [9], ({ remember }) => remember({ newest: { generation: 2 } })],
  ['doubts what it has found out about the store', [], ({ remember }) => remember({ capabilities: null })],
  ['finds out about the store', [], ({ remember }) => remember({ ...BLANK, capabilities: {} }), 'no record'],
  ['remembers something', [9], ({ remember }) => remember({ ...BLANK, epoch: 1 }), 'no record'],
  ['remembers a file', [9], ({ remember }) => remember({ ...BLANK, entries: { count: 1 } }), 'no record'],
  ['learns what became of a commit', [], ({ remember }) => remember({ commit: { id: 'other' } }), 'journal.json'],
  ['notes what a run that died has brought', [], ({ remember }) => remember({ commit: { id: 'other' } }), 'apply.json'],
  ['has carried out an earlier plan', [], ({ write }) => write('a'), 'looks again'],
  ['has acted by an earlier register', [], ({ write }) => write('a'), 'learns'],
  ['is not the one that writes', [], ({ write }) => write('a'), 'another'],
] as const satisfies readonly (readonly [string, readonly number[], (hands: Hands) => void, string?])[])(
  'a sync that is refused and %s',
  (_what, blamed, act, how?: string) => {
    const world = createWorld(makeScenario(1, 2), false);
    const { disk } = world.machines[0] as Machine;
    const by = world.program(0, 'vscode').process;
    const other = how === 'another' ? world.program(0, 'cli').process : by;
    const put = (path: string, text: string, who: Process | null) => {
      const { folder, key, name, node } = locate(disk, path, 'test', false);
      const made = disk.newFile(0o600);
      made.data = Buffer.from(text);
      if (node !== null) disk.change([{ folder, key, becomes: null }], who);
      disk.change([{ folder, key, becomes: { name, node: made } }], who);
    };
    const remember = (change: object) => {
      const line = {
        epoch: 1,
        newest: { generation: 3 },
        capabilities: { etagForm: 'bare' },
        commit: { id: 'one' },
        ...change,
      };
      put('/state/base.jsonl', `${JSON.stringify(line)}\n`, by);
    };
    put(`${ROOT}/old`, 'old', null);
    if (how !== 'no record') remember({});
    if (how?.endsWith('.json') === true) put(`/state/${how}`, '[]', by);
    const refusal = world.oracle.refusals.watch(by);
    refusal.looks();
    act({
      remember,
      // What stands there already may be there.
      write: (name) => put(`${ROOT}/${name}`, 'old', other),
      remove(name) {
        const { folder, key } = locate(disk, `${ROOT}/${name}`, 'test', false);
        disk.change([{ folder, key, becomes: null }], other);
      },
      send: (key, bytes) => world.oracle.sends(other, key, bytes),
    });
    if (how === 'looks again') refusal.looks();
    if (how === 'learns') world.oracle.refusals.learns(by);
    refusal.refused();
    const ofRefusal = world.violations.filter(({ detail }) => detail.includes('a sync that was refused'));
    expect(ofRefusal.map(({ invariant }) => invariant)).toEqual(blamed);
  },
);

interface Hands {
  readonly remember: (change: object) => void;
  readonly write: (name: string) => void;
  readonly remove: (name: string) => void;
  readonly send: (key: string, bytes: Uint8Array | null) => void;
}

const headOf = (commit: { readonly id: string } | null): Uint8Array => Buffer.from(JSON.stringify({ commit }));
