import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openWorld, type Replica } from '../support/replica.ts';

/* Versions of the past: where merging begins. */

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function read({ datastore }: Replica, path: string, version: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of datastore.readVersion(path, sha256(version))) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** A file that was changed with each commit, among others, and is deleted at the end. */
async function history() {
  const world = openWorld();
  const alice = world.replica('alice');
  for (const version of ['one', 'two', 'three']) {
    alice.write('a.txt', version);
    alice.write(`beside-${version}.txt`, version);
    await alice.sync();
  }
  alice.remove('a.txt');
  await alice.sync();
  return { world, alice };
}

test('every version that a commit has had can be read, by its path', async () => {
  const { alice } = await history();
  for (const version of ['one', 'two', 'three']) expect(await read(alice, 'a.txt', version)).toBe(version);
  expect(await read(alice, 'beside-one.txt', 'one')).toBe('one');
});

test('another workspace can read them, and keeps nothing of it', async () => {
  const { world } = await history();
  const bob = world.replica('bob');
  await bob.sync();
  const before = readdirSync(bob.state.folder).toSorted();
  expect(await read(bob, 'a.txt', 'one')).toBe('one');
  expect(readdirSync(bob.state.folder).toSorted()).toEqual(before);
});

test('what no commit has had is said not to be there', async () => {
  const { alice } = await history();
  for (const [path, version] of [
    ['a.txt', 'four'],
    ['beside-one.txt', 'two'],
    ['b.txt', 'one'],
  ] as const)
    await expect(read(alice, path, version)).rejects.toMatchObject({ name: 'SyncError', kind: 'usage' });
});

test('what lies before a commit that was collected is not there any more; what lies after it is', async () => {
  const { world, alice } = await history();
  const bob = world.replica('bob');
  await bob.sync();
  const commits = await world.store.list('commits/');
  const second = commits.objects.map(({ key }) => key).toSorted()[1];
  await world.store.delete(second ?? expect.fail('there are commits'));
  bob.restart();
  expect(await read(bob, 'a.txt', 'three')).toBe('three');
  await expect(read(bob, 'a.txt', 'one')).rejects.toMatchObject({ kind: 'usage' });
  expect(await read(alice, 'a.txt', 'three')).toBe('three');
});
