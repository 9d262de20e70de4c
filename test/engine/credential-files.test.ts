import { expect, test } from 'vitest';
import { openWorld } from '../support/replica.ts';

const NAMES = ['.env', 'ca.pem', 'id_rsa'];

test('what looks like credentials goes neither up nor down before it is allowed by name', async () => {
  const world = openWorld();
  const alice = world.replica('alice', { allow: ['.env'] });
  const bob = world.replica('bob');
  alice.write('.env', 'KEY=1');
  alice.write('ca.pem', 'a key');
  alice.write('a', '1');
  expect(await alice.sync()).toMatchObject({
    uploaded: 2,
    problems: [{ path: 'ca.pem', reason: expect.stringContaining('"ca.pem" to "allow"') }],
  });
  expect(Object.keys(await world.remoteFiles())).toEqual(['.env', 'a']);
  const problems = [{ path: '.env', reason: expect.stringContaining('".env" to "allow"') }];
  expect(await bob.sync()).toMatchObject({ downloaded: 1, problems });
  // Not only once: it is still not here.
  expect(await bob.sync()).toMatchObject({ downloaded: 0, problems });
  expect((await bob.datastore.preview()).held).toMatchObject(problems);
  expect(bob.files()).toEqual({ a: '1' });
  bob.restart({ allow: ['.env'] });
  expect(await bob.sync()).toMatchObject({ downloaded: 1, problems: [] });
  expect(bob.read('.env')).toBe('KEY=1');
});

test('no longer allowed, it is kept on both sides, whatever happens to it on one', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice', { allow: ['.env'] }), world.replica('bob', { allow: ['.env'] })];
  alice.write('.env', '1');
  alice.write('a', '1');
  await alice.sync();
  await bob.sync();
  bob.restart({ allow: [] });
  expect(await bob.sync()).toMatchObject({ problems: [] });
  alice.remove('.env');
  await alice.sync();
  expect(await bob.sync()).toMatchObject({ deletedLocal: 0, problems: [{ path: '.env' }] });
  expect(bob.read('.env')).toBe('1');
  expect(await world.remoteFiles()).toEqual({ a: '1' });
});

test('allowed again, what went meanwhile is asked about, and stays where it is', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice', { allow: NAMES }), world.replica('bob', { allow: NAMES })];
  for (const path of ['a', ...NAMES]) alice.write(path, '1');
  await alice.sync();
  await bob.sync();
  bob.restart({ allow: [] });
  await bob.sync();
  bob.remove('.env');
  alice.remove('ca.pem');
  await alice.sync();
  expect(await bob.sync()).toMatchObject({ conflicts: [], problems: [{ path: '.env' }, { path: 'ca.pem' }] });
  bob.restart({ allow: NAMES });
  expect(await bob.sync()).toMatchObject({
    deletedLocal: 0,
    deletedRemote: 0,
    conflicts: [
      { path: '.env', reason: 'deleted-here-while-excluded' },
      { path: 'ca.pem', reason: 'deleted-there-while-excluded' },
    ],
  });
  expect(await alice.sync()).toMatchObject({ deletedLocal: 0 });
  expect(Object.keys(alice.files())).toEqual(['.env', 'a', 'id_rsa']);
  expect(Object.keys(bob.files())).toEqual(['a', 'ca.pem', 'id_rsa']);
  // What went nowhere is in step as if nothing had been: a later deletion counts again.
  bob.remove('id_rsa');
  expect(await bob.sync()).toMatchObject({ deletedRemote: 1 });
});

test('found equal while it may not travel, it is not in step yet: going here then deletes nothing there', async () => {
  const world = openWorld();
  const alice = world.replica('alice', { allow: ['.env'] });
  const bob = world.replica('bob');
  alice.write('.env', '1');
  alice.write('a', '1');
  await alice.sync();
  bob.write('.env', '1');
  await bob.sync();
  bob.remove('.env');
  bob.restart({ allow: ['.env'] });
  expect(await bob.sync()).toMatchObject({ deletedRemote: 0, downloaded: 1 });
  expect(await world.remoteFiles()).toEqual({ '.env': '1', a: '1' });
});
