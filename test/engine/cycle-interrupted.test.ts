import { expect, test } from 'vitest';
import { StoreError } from '../../src/core/errors.ts';
import type { LocalFiles } from '../../src/engine/ports.ts';
import { openWorld, type Replica, type World } from '../support/replica.ts';
import { inBothShapes, PACKS, type Shape } from './shapes.ts';

interface Row {
  /** Bob has edited `edit`, made `new`, removed `gone`; Alice has edited `down`. This breaks his cycle. */
  readonly broken: (bob: Replica, shape: Shape) => void;
  /** How the broken cycle ends. */
  readonly ends: string;
  /** Whether the commit is in although the cycle failed. */
  readonly committed?: boolean;
}

const crash = (bob: Replica, when: (name: string) => boolean) => {
  bob.onState = (name) => {
    if (when(name)) throw new Error('crashed here');
  };
};

const table: Record<string, Row> = {
  'the first object is refused': {
    broken: (bob) =>
      bob.store.plan({ on: 'put', key: /^objects/, fault: { kind: 'fail-before', error: 'unreachable' } }),
    ends: 'offline',
  },
  'the answer to an object is lost': {
    broken: (bob, shape) =>
      bob.store.plan({
        on: 'put',
        key: /^objects/,
        skip: shape === 'apart' ? 1 : 0,
        fault: { kind: 'fail-after', error: 'unreachable' },
      }),
    ends: 'offline',
  },
  'the credentials end before the shards': {
    broken: (bob) => bob.store.plan({ on: 'put', key: /^index/, fault: { kind: 'fail-before', error: 'credentials' } }),
    ends: 'credentials',
  },
  'the commit object is refused': {
    broken: (bob) => bob.store.plan({ on: 'put', key: /^commits/, fault: { kind: 'fail-before', error: 'busy' } }),
    ends: 'offline',
  },
  'the swap never arrives': {
    broken: (bob) =>
      bob.store.plan({ on: 'put', key: /^head/, times: 99, fault: { kind: 'fail-before', error: 'unreachable' } }),
    ends: 'unknown-outcome',
  },
  'the swap arrives, and neither its answer nor any reading back does': {
    broken: (bob) => {
      bob.store.plan({ on: 'put', key: /^head/, times: 99, fault: { kind: 'fail-after', error: 'unreachable' } });
      bob.store.plan({
        on: 'get',
        key: /^head/,
        skip: 1,
        times: 99,
        fault: { kind: 'fail-before', error: 'unreachable' },
      });
    },
    ends: 'unknown-outcome',
    committed: true,
  },
  'a crash before the journal is written': {
    broken: (bob) => crash(bob, (name) => name === 'journal.json'),
    ends: 'failed',
  },
  'a crash after the swap, before the base is saved': {
    broken: (bob) => {
      let journaled = false;
      crash(bob, (name) => {
        if (name === 'journal.json') journaled = true;
        return journaled && name === 'base.jsonl';
      });
    },
    ends: 'failed',
    committed: true,
  },
  'a crash after the base is saved, before the journal is gone': {
    broken: (bob) => {
      let written = false;
      crash(bob, (name) => {
        if (name !== 'journal.json') return false;
        if (written) return true;
        written = true;
        return false;
      });
    },
    ends: 'failed',
    committed: true,
  },
  'a crash before base and result are noted': {
    broken: (bob) => {
      let saves = 0;
      crash(bob, (name) => name === 'base.jsonl' && ++saves > 2);
    },
    ends: 'failed',
    committed: true,
  },
};

test.each(inBothShapes(table))('finished by the next cycle, %s: %s', async (shape, _title, row) => {
  const { world, alice, bob } = await bothAhead(shape);
  row.broken(bob, shape);
  const truthBefore = await world.remote();
  expect(await bob.failing()).toMatchObject({ kind: row.ends });
  const between = await world.remote();
  expect(between.generation - truthBefore.generation).toBe(row.committed === true ? 1 : 0);
  await world.expectNothingLost();
  await bobFinishes(world, alice, bob);
});

test('the answer to the swap is lost, and the same cycle finds out', async () => {
  const { world, alice, bob } = await bothAhead();
  bob.store.plan({ on: 'put', key: /^head/, fault: { kind: 'fail-after', error: 'unreachable' } });
  expect(await bob.sync()).toMatchObject({ uploaded: 2, deletedRemote: 1, problems: [] });
  await bobFinishes(world, alice, bob);
});

test.each([
  ['after the swap, before the base is saved', 'base.jsonl'],
  ['between base and journal', 'journal.json'],
])('what a colleague reverts after a crash %s is her change, not ours', async (_title, at) => {
  const { world, alice, bob } = await bothAhead();
  let journaled = 0;
  bob.onState = (name) => {
    if (name === 'journal.json') journaled += 1;
    if (name === at && journaled >= (at === 'journal.json' ? 2 : 1)) throw new Error('crashed here');
  };
  expect((await bob.failing()).kind).toBe('failed');
  await alice.sync();
  expect(alice.files()).toMatchObject({ edit: 'e2', new: 'n' });
  alice.write('edit', '1');
  alice.remove('new');
  alice.write('gone', '1');
  await alice.sync();
  bob.onState = () => {};
  bob.restart();
  expect((await bob.sync()).conflicts).toEqual([]);
  expect(bob.files()).toEqual({ edit: '1', down: '2', gone: '1', stay: '1' });
  expect(await world.remoteFiles()).toEqual(bob.files());
});

test('a commit that lands late, in the middle of the next cycle, is known to be our own', async () => {
  const { world, alice, bob } = await bothAhead();
  const late = holdBack(world, bob);
  expect(await bob.failing()).toMatchObject({ kind: 'unknown-outcome' });
  bob.restart({ decorate: (store) => store });
  // What the lost request is about to bring is removed here meanwhile.
  bob.remove('new');
  const arrival = bob.store.plan({ on: 'put', key: /^commits/, fault: { kind: 'between', run: () => late[0]?.() } });
  expect((await bob.sync()).conflicts).toEqual([]);
  expect(arrival.hits()).toBe(1);
  expect(bob.files()).toEqual({ edit: 'e2', down: '2', stay: '1' });
  expect(await world.remoteFiles()).toEqual(bob.files());
  await alice.sync();
  expect(alice.files()).toEqual(bob.files());
});

test('a decision that lands late stands, though the version it was made against was pulled meanwhile', async () => {
  const { world, alice, bob } = await bothAhead();
  alice.write('both', 'hers');
  await alice.sync();
  bob.write('both', 'his');
  const [conflict] = (await bob.sync()).conflicts;
  if (conflict === undefined) throw new Error('there is nothing to decide');
  const late = holdBack(world, bob);
  const choice = {
    path: conflict.path,
    answer: 'mine',
    localSha256: conflict.local?.sha256 ?? null,
    remoteSha256: conflict.remote?.sha256 ?? null,
  } as const;
  expect(await bob.failing({ choices: [choice] })).toMatchObject({ kind: 'unknown-outcome' });
  bob.restart({ decorate: (store) => store });
  // On the register as it is, hers is what is missing here.
  bob.remove('both');
  bob.write('more', 'something to commit');
  const arrival = bob.store.plan({ on: 'put', key: /^commits/, fault: { kind: 'between', run: () => late[0]?.() } });
  await bob.sync();
  expect(arrival.hits()).toBe(1);
  expect(bob.files()).toMatchObject({ both: 'his', more: 'something to commit' });
  expect(await world.remoteFiles()).toEqual(bob.files());
  await alice.sync();
  expect(alice.files()).toEqual(bob.files());
});

/** What bob writes to the register from now on, and never arrives unless it is called. */
function holdBack(world: World, bob: Replica): readonly (() => Promise<unknown>)[] {
  const late: (() => Promise<unknown>)[] = [];
  bob.restart({
    decorate: (store) => ({
      ...store,
      traffic: store.traffic,
      async put(key, body, options) {
        if (key !== 'head.json') return store.put(key, body, options);
        late.push(() => world.store.put(key, body, options));
        throw new StoreError('unreachable', 'it will arrive later');
      },
    }),
  });
  return late;
}

interface DownRow {
  readonly breaks: (bob: Replica, shape: Shape) => void;
  readonly ends: string;
}

const downloads: Record<string, DownRow> = {
  'between the links and the base': {
    breaks: (bob) => {
      let applying = false;
      crash(bob, (name) => {
        if (name === 'apply.json') applying = true;
        return applying && name === 'base.jsonl';
      });
    },
    ends: 'failed',
  },
  'when the first file stands': {
    breaks: (bob) => bob.restart({ files: (files) => crashOnInstall(files, 1) }),
    ends: 'failed',
  },
  'before anything stands': {
    breaks: (bob) => bob.restart({ files: (files) => crashOnInstall(files, 0) }),
    ends: 'failed',
  },
  'in the middle of the contents': {
    breaks: (bob, shape) =>
      bob.store.plan({
        on: 'get',
        key: /^objects/,
        skip: shape === 'apart' ? 1 : 0,
        times: 99,
        fault: { kind: 'fail-before', error: 'unreachable' },
      }),
    ends: 'offline',
  },
};

test.each(inBothShapes(downloads))('a pull, %s, that breaks %s is finished by the next', async (shape, _title, row) => {
  const { world, alice, bob } = await bothAhead(shape);
  await bob.sync();
  await alice.sync();
  for (const path of ['edit', 'down', 'more/a', 'more/b']) alice.write(path, `v3 of ${path}`);
  alice.remove('stay');
  await alice.sync();
  row.breaks(bob, shape);
  expect(await bob.failing()).toMatchObject({ kind: row.ends });
  // A colleague's revert of what had arrived must not look like our change.
  alice.write('edit', 'e2');
  alice.write('down', '2');
  await alice.sync();
  bob.onState = () => {};
  bob.restart({ files: (files) => files });
  bob.store.heal();
  const report = await bob.sync();
  expect(report.conflicts).toEqual([]);
  expect(bob.files()).toEqual(alice.files());
  expect(await world.remoteFiles()).toEqual(alice.files());
  await world.expectNothingLost();
});

test('what had arrived before the network went is kept, and not fetched again', async () => {
  const { alice, bob } = await bothAhead();
  await bob.sync();
  await alice.sync();
  for (let index = 0; index < 20; index += 1) alice.write(`many/${index}`, `content ${index}`);
  await alice.sync();
  const plan = bob.store.plan({
    on: 'get',
    key: /^objects/,
    skip: 12,
    times: 99,
    fault: { kind: 'fail-before', error: 'unreachable' },
  });
  expect(await bob.failing()).toMatchObject({ kind: 'offline' });
  plan.end();
  bob.store.forget();
  expect(await bob.sync()).toMatchObject({ downloaded: 8 });
  expect(bob.store.calls.filter(({ key }) => key.startsWith('objects/'))).toHaveLength(8);
});

function crashOnInstall(files: LocalFiles, after: number): LocalFiles {
  let installs = 0;
  return {
    ...files,
    async install(...args) {
      if (installs >= after) throw new Error('crashed here');
      installs += 1;
      return files.install(...args);
    },
  };
}

/** Bob is ahead by an edit, a new file and a deletion, Alice by an edit that is on the remote. */
async function bothAhead(shape: Shape = 'apart') {
  const world = openWorld({ packs: PACKS[shape] });
  const alice = world.replica('alice');
  const bob = world.replica('bob');
  for (const path of ['edit', 'gone', 'down', 'stay']) alice.write(path, '1');
  await alice.sync();
  await bob.sync();
  // The first write of a workspace probes the store; that is over.
  bob.write('warm', 'w');
  await bob.sync();
  bob.remove('warm');
  await bob.sync();
  await alice.sync();
  alice.write('down', '2');
  await alice.sync();
  bob.write('edit', 'e2');
  bob.write('new', 'n');
  bob.remove('gone');
  return { world, alice, bob };
}

async function bobFinishes(world: World, alice: Replica, bob: Replica) {
  bob.onState = () => {};
  bob.restart();
  bob.store.heal();
  const report = await bob.sync();
  expect(report.conflicts).toEqual([]);
  expect(bob.files()).toEqual({ edit: 'e2', down: '2', new: 'n', stay: '1' });
  expect(await world.remoteFiles()).toEqual(bob.files());
  await alice.sync();
  expect(alice.files()).toEqual(bob.files());
  await world.expectNothingLost();
  expect(await bob.sync()).toMatchObject({ requests: 1 });
}
