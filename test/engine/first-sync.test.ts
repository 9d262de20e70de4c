import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { systemClock } from '../../src/adapters/system.ts';
import type { LocalFiles } from '../../src/engine/ports.ts';
import { openWorld, type Replica, type World } from '../support/replica.ts';

/* A first sync that comes to no good end: the root has its mark when something is in step, and not before. */

const UNREACHABLE = { kind: 'fail-before', error: 'unreachable' } as const;
const crashed = (): never => {
  throw new Error('crashed here');
};

interface Died {
  readonly dies: (at: { bob: Replica }) => void;
  /** What Bob has of Alice's files before. */
  readonly here: readonly string[];
}

const died: Record<string, Died> = {
  'it had brought one of three files down': {
    dies: ({ bob }) => bob.restart({ files: (files) => crashingInstall(files, 1) }),
    here: [],
  },
  'it had brought all of them down, and not noted one': {
    dies: ({ bob }) => bob.restart({ files: (files) => ({ ...files, flush: crashed }) }),
    here: [],
  },
  'it had found them equal, and could not send another': {
    dies: ({ bob }) => {
      bob.write('own', 'his');
      bob.store.plan({ on: 'put', key: /^objects/, fault: UNREACHABLE });
    },
    here: ['a', 'b', 'c'],
  },
};

test.each(Object.entries(died))('its state is lost, and a colleague deletes a file: asks, where %s', async (_, row) => {
  const { world, alice, bob } = await withThree();
  for (const path of row.here) bob.write(path, '1');
  row.dies({ bob });
  expect((await bob.failing()).kind).toMatch(/failed|offline/);
  await isAskedAbout(world, bob, alice);
});

test('its state is lost, and a colleague deletes a file: asks, where it had sent all of them up', async () => {
  const world = openWorld();
  const bob = world.replica('bob');
  for (const path of ['a', 'b', 'c']) bob.write(path, '1');
  crashAfterSwap(bob);
  expect((await bob.failing()).kind).toBe('failed');
  const alice = world.replica('alice');
  expect(await alice.sync()).toMatchObject({ downloaded: 3 });
  await isAskedAbout(world, bob, alice);
});

async function isAskedAbout(world: World, bob: Replica, alice: Replica) {
  rmSync(bob.state.folder, { recursive: true });
  bob.onState = () => {};
  bob.store.heal();
  bob.restart({ files: (files) => files });
  const [gone = ''] = Object.keys(bob.files()).filter((path) => path !== 'own');
  alice.remove(gone);
  await alice.sync();
  for (const direction of ['both', 'push', 'pull'] as const)
    expect(await bob.failing({ direction }), direction).toMatchObject({ details: [{ kind: 'base-lost' }] });
  expect(Object.keys(await world.remoteFiles())).not.toContain(gone);
  // That it is put back is a person's word.
  expect(await bob.sync({ acceptRemote: (await bob.datastore.preview()).generation ?? 0 })).toMatchObject({
    deletedLocal: 0,
    deletedRemote: 0,
    conflicts: [],
  });
  expect(await world.remoteFiles()).toEqual(bob.files());
  await world.expectNothingLost();
}

test.each([
  ['pull', (bob: Replica) => bob.restart({ files: (files) => crashingInstall(files, 2) })],
  ['push', crashAfterSwap],
] as const)('it died in its %s, and another folder lies in its place: no order to delete', async (direction, dies) => {
  const { world, bob } = await withThree();
  bob.write('own', 'his');
  dies(bob);
  expect((await bob.failing({ direction })).kind).toBe('failed');
  renameSync(bob.root, `${bob.root}-away`);
  bob.write('new', 'in the folder below the mount');
  bob.onState = () => {};
  bob.restart({ files: (files) => files });
  for (const way of ['both', 'push', 'pull'] as const)
    expect(await bob.failing({ direction: way }), way).toMatchObject({ details: [{ kind: 'root-replaced' }] });
  rmSync(bob.root, { recursive: true });
  renameSync(`${bob.root}-away`, bob.root);
  expect(await bob.sync()).toMatchObject({ deletedRemote: 0, conflicts: [] });
  expect(bob.files()).toEqual({ a: '1', b: '1', c: '1', own: 'his' });
  expect(await world.remoteFiles()).toEqual(bob.files());
});

test.each(['both', 'push', 'pull'] as const)(
  'it died between the note of the mark and the mark (%s): nobody is asked about a folder in which nothing was done',
  async (direction) => {
    const { world, bob } = await withThree();
    bob.write('own', 'his');
    bob.restart({ files: (files) => ({ ...files, setMark: crashed }) });
    expect((await bob.failing({ direction })).kind).toBe('failed');
    expect(bob.files()).toEqual({ own: 'his' });
    expect((await world.remote()).generation).toBe(1);
    bob.restart({ files: (files) => files });
    await bob.sync({ direction });
    expect(isMarked(bob)).toBe(true);
    expect(await bob.sync()).toMatchObject({ conflicts: [], problems: [] });
    expect(bob.files()).toEqual({ a: '1', b: '1', c: '1', own: 'his' });
    expect(await world.remoteFiles()).toEqual(bob.files());
  },
);

test('it died, and another host that has the folder asks: neither asks again', async () => {
  const { world, bob } = await withThree();
  bob.restart({ files: (files) => crashingInstall(files, 2) });
  expect((await bob.failing()).kind).toBe('failed');
  const ofBob = `${bob.state.folder}-bob`;
  renameSync(bob.state.folder, ofBob);
  bob.restart({ files: (files) => files });
  expect(await bob.failing()).toMatchObject({ details: [{ kind: 'base-lost' }] });
  await bob.sync({ acceptRemote: (await bob.datastore.preview()).generation ?? 0 });
  rmSync(bob.state.folder, { recursive: true });
  renameSync(ofBob, bob.state.folder);
  bob.restart();
  bob.write('a', 'his');
  expect(await bob.sync()).toMatchObject({ uploaded: 1, conflicts: [] });
  expect(await world.remoteFiles()).toEqual({ a: 'his', b: '1', c: '1' });
});

interface Refused {
  readonly happens: (at: { world: World; alice: Replica; bob: Replica }) => unknown;
  readonly ends: string;
}

const refused: Record<string, Refused> = {
  'nobody answers': {
    happens: ({ bob }) => bob.store.plan({ on: 'get', key: /^head/, times: 99, fault: UNREACHABLE }),
    ends: 'offline',
  },
  'another tool’s files lie there': {
    happens: ({ world }) => {
      world.bucket.clear();
      return world.store.put('readme.txt', new TextEncoder().encode('hello'));
    },
    ends: 'foreign',
  },
  'nothing may be written there': {
    happens: ({ bob }) =>
      bob.store.plan({ on: 'put', key: /./, times: 99, fault: { kind: 'fail-before', error: 'denied' } }),
    ends: 'denied',
  },
  'a colleague has the lock': {
    happens: async ({ alice, bob }) => {
      await alice.datastore.acquire({ purpose: 'run' });
      bob.restart({ waitMs: 0 });
    },
    ends: 'locked',
  },
  'another datastore lies there than when it was refused before': {
    happens: async ({ world, bob }) => {
      bob.store.plan({ on: 'put', key: /^objects/, fault: UNREACHABLE });
      expect((await bob.failing({ direction: 'push' })).kind).toBe('offline');
      world.bucket.clear();
      const stranger = world.replica('stranger');
      stranger.write('x', 'y');
      await stranger.sync();
    },
    ends: 'veto',
  },
  'the line is cut while files are sent': {
    happens: ({ bob }) => bob.store.plan({ on: 'put', key: /^objects/, fault: UNREACHABLE }),
    ends: 'offline',
  },
};

test.each(Object.entries(refused))(
  'it is refused before anything is in step, and another place is chosen: nobody is asked, where %s',
  async (_title, { happens, ends }) => {
    const { world, alice, bob } = await withThree();
    bob.write('own', 'his');
    await happens({ world, alice, bob });
    expect((await bob.failing({ direction: 'push' })).kind).toBe(ends);
    expect(isMarked(bob)).toBe(false);
    bob.store.heal();
    bob.restart({ decorate: () => elsewhere(world) });
    const carol = world.replica('carol', { decorate: () => elsewhere(world) });
    carol.write('hers', '1');
    await carol.sync();
    expect(await bob.sync()).toMatchObject({ uploaded: 1, downloaded: 1, conflicts: [] });
  },
);

test.each([
  ['files are fetched', 'get', /^objects/],
  ['files are sent', 'put', /^objects/],
  ['the commit is sent', 'put', /^commits/],
] as const)('it is cancelled while %s: no mark', async (_what, on, key) => {
  const { bob } = await withThree();
  bob.write('own', 'his');
  const cancelling = new AbortController();
  bob.store.plan({ on, key, fault: { kind: 'afterwards', run: () => cancelling.abort() } });
  const direction = on === 'get' ? 'pull' : 'push';
  expect((await bob.failing({ direction, signal: cancelling.signal })).kind).toBe('cancelled');
  expect(bob.files()).toEqual({ own: 'his' });
  expect(isMarked(bob)).toBe(false);
});

test('it is only looked at: no mark', async () => {
  const { bob } = await withThree();
  bob.write('own', 'his');
  await bob.datastore.preview();
  await bob.datastore.verify();
  await bob.datastore.conflicts();
  expect(isMarked(bob)).toBe(false);
});

test('it has nothing to do: the root is in step, and marked', async () => {
  const { bob } = await withThree();
  for (const path of ['a', 'b', 'c']) bob.write(path, 'other');
  expect(await bob.sync()).toMatchObject({ uploaded: 0, downloaded: 0, conflicts: [{}, {}, {}] });
  expect(isMarked(bob)).toBe(true);
});

/** Alice has three files on the remote; Bob has an empty root. */
async function withThree() {
  const world = openWorld();
  const alice = world.replica('alice');
  for (const path of ['a', 'b', 'c']) alice.write(path, '1');
  await alice.sync();
  return { world, alice, bob: world.replica('bob') };
}

const isMarked = ({ root }: Replica): boolean => existsSync(join(root, '.datastore-staging', 'root.json'));

const elsewhere = ({ bucket }: World) =>
  createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket, prefix: 'elsewhere' });

/** Before the base knows of the commit. */
function crashAfterSwap(bob: Replica): void {
  let isJournaled = false;
  bob.onState = (name) => {
    isJournaled ||= name === 'journal.json';
    if (isJournaled && name === 'base.jsonl') crashed();
  };
}

function crashingInstall(files: LocalFiles, after: number): LocalFiles {
  let installs = 0;
  return {
    ...files,
    async install(...args) {
      if (installs >= after) crashed();
      installs += 1;
      return files.install(...args);
    },
  };
}
