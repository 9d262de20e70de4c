import { expect, onTestFinished, test } from 'vitest';
import { openWorld } from '../support/replica.ts';

test('out of reach: what waits is planned against what was last seen, and nobody is asked', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  for (const path of ['a', 'b', 'c']) alice.write(path, '1');
  await alice.sync();
  // Another process: it knows only what the state folder has.
  alice.restart();
  const unreachable = alice.store.plan({
    on: 'any',
    key: /./,
    times: Number.POSITIVE_INFINITY,
    fault: { kind: 'fail-before', error: 'unreachable' },
  });
  alice.write('a', '2');
  alice.remove('b');
  alice.write('new', '1');
  const { plan, vetoes, generation } = await alice.datastore.preview({ lastKnown: true });
  expect([plan.steps.map(({ kind, path }) => `${kind} ${path}`), vetoes, generation]).toEqual([
    ['delete-remote b', 'upload a', 'upload new'],
    [],
    1,
  ]);
  expect(unreachable.hits()).toBe(0);
  await expect(alice.datastore.preview()).rejects.toMatchObject({ kind: 'offline' });
  alice.store.heal();
  expect(await alice.sync()).toMatchObject({ uploaded: 2, deletedRemote: 1 });
});

test('never in reach: there is nothing to compare with', async () => {
  const alice = openWorld().replica('alice');
  alice.write('a', '1');
  await expect(alice.datastore.preview({ lastKnown: true })).rejects.toMatchObject({ kind: 'offline' });
});

test('out of reach: the committed files are those that were last seen, with their time', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  expect(await alice.datastore.lastContents()).toBeNull();
  for (const path of ['a', 'b']) alice.write(path, '1');
  await alice.sync();
  alice.restart();
  const unreachable = alice.store.plan({
    on: 'any',
    key: /./,
    times: Number.POSITIVE_INFINITY,
    fault: { kind: 'fail-before', error: 'unreachable' },
  });
  alice.write('a', '2');
  const last = await alice.datastore.lastContents();
  expect([...(last?.files.keys() ?? [])]).toEqual(['a', 'b']);
  expect(last?.generation).toBe(1);
  expect(last?.at).toBe((await alice.datastore.local()).lastSyncAt);
  expect(last?.at).not.toBeNull();
  expect(unreachable.hits()).toBe(0);
  await expect(alice.datastore.contents()).rejects.toMatchObject({ kind: 'offline' });
});

test('out of reach: a push of another process, whose outcome is not known, is not settled by what was seen before it', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  alice.write('a', '1');
  alice.write('b', '1');
  await alice.sync();
  const window = alice.datastore;
  onTestFinished(() => window.close());
  alice.restart();
  alice.write('a', '2');
  await alice.sync();
  alice.remove('b');
  alice.store.plan({ on: 'put', key: /^head/, times: 99, fault: { kind: 'fail-after', error: 'unreachable' } });
  alice.store.plan({
    on: 'get',
    key: /^head/,
    skip: 1,
    times: 99,
    fault: { kind: 'fail-before', error: 'unreachable' },
  });
  expect(await alice.failing()).toMatchObject({ kind: 'unknown-outcome' });
  await window.preview({ lastKnown: true });
  alice.store.heal();
  alice.write('b', '1');
  // It has landed. Without its note, that `b` is gone there would look like a deletion of another.
  expect(await alice.sync()).toMatchObject({ deletedLocal: 0, uploaded: 1 });
  expect(await world.remoteFiles()).toEqual({ a: '2', b: '1' });
});
