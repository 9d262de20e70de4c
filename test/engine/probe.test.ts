import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { type Capabilities, probeStore } from '../../src/engine/remote/probe.ts';
import type { RaceSize } from '../../src/engine/remote/probe-races.ts';
import { createBaseStore } from '../../src/engine/state/base-store.ts';
import { openWorld, type Replica } from '../support/replica.ts';

const parts = { clock: systemClock, ids: systemIds, codec: nodeCodec };

test.each<[races: RaceSize, writers: number, rounds: number]>([
  ['small', 16, 4],
  ['whole', 32, 8],
])('the %s probe lets %i writers race in %i rounds, to create and to replace', async (races, writers, rounds) => {
  const { store, racesSeen } = watched(createMemoryStore(parts));
  await probeStore({ ...parts, store }, races);
  expect(racesSeen()).toEqual(Array.from({ length: 2 * rounds }, () => writers));
});

const SOUND: Capabilities = { etagForm: 'quoted', checksChecksums: true };

test.each<[what: string, capabilities: Capabilities | null, remote: string | null, writers: number]>([
  ['none was', SOUND, null, 16],
  ['one was, and found it sound', SOUND, 'its own', 0],
  ['one was, and found it unsafe', null, 'its own', 32],
  ['one of another remote was', SOUND, 'another', 16],
])('before a first write, where of whole probes %s', async (_what, capabilities, remote, writers) => {
  const { replica, base, racesSeen } = open();
  const name = remote === 'another' ? 's3://another' : replica.store.name;
  if (remote !== null) await base.setWholeProbe({ remote: name, capabilities });
  replica.write('a', '1');
  expect(await replica.sync()).toMatchObject({ uploaded: 1 });
  expect(Math.max(0, ...racesSeen())).toBe(writers);
  // Once it is used it is part of the base, and goes as the base does.
  expect(await base.wholeProbe()).toBeNull();
  expect((await base.load())?.meta.capabilities).toEqual(SOUND);
});

test('a store that a whole probe found unsafe is not written to until one finds otherwise; pulling works', async () => {
  const { world, replica, base, racesSeen, lie } = open();
  const other = world.replica('other');
  replica.write('a', '1');
  await replica.sync();
  await base.setWholeProbe({ remote: replica.store.name, capabilities: null });
  other.write('b', '2');
  await other.sync();
  replica.write('c', '3');
  lie(true);
  for (let time = 0; time < 2; time += 1) expect((await replica.failing()).kind).toBe('unsafe-store');
  expect(replica.files()).toEqual({ a: '1', b: '2', c: '3' });
  expect(await world.remoteFiles()).toEqual({ a: '1', b: '2' });
  lie(false);
  expect(await replica.sync()).toMatchObject({ uploaded: 1, problems: [] });
  expect(Math.max(...racesSeen())).toBe(32);
  expect(await world.remoteFiles()).toEqual({ a: '1', b: '2', c: '3' });
});

/** A replica whose races are counted, on a store that lets two writers win when it lies. */
function open() {
  const world = openWorld();
  let lies = false;
  let racesSeen: () => readonly number[] = () => [];
  const replica: Replica = world.replica('alice', {
    decorate: (store) => {
      const seen = watched(store, () => lies);
      racesSeen = seen.racesSeen;
      return seen.store;
    },
  });
  return {
    world,
    replica,
    base: createBaseStore(replica.state),
    racesSeen: () => racesSeen(),
    lie: (on: boolean) => void (lies = on),
  };
}

/** How many puts of probes were under way together, one number for each time more than one was. */
function watched(inner: ObjectStore, lies: () => boolean = () => false) {
  const peaks: number[] = [];
  let inFlight = 0;
  let peak = 0;
  const store: ObjectStore = {
    ...inner,
    traffic: inner.traffic,
    async put(key, body, options = {}) {
      if (!key.startsWith('probe/')) return inner.put(key, body, options);
      inFlight += 1;
      peak = Math.max(peak, inFlight);
      const { condition: _condition, ...unconditional } = options;
      try {
        return await inner.put(key, body, lies() && inFlight > 1 ? unconditional : options);
      } finally {
        inFlight -= 1;
        if (inFlight === 0 && peak > 1) peaks.push(peak);
        if (inFlight === 0) peak = 0;
      }
    },
  };
  return { store, racesSeen: (): readonly number[] => peaks };
}
