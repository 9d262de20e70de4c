import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorld, type ReplicaOptions } from '../support/replica.ts';
import { lookingLate } from './late-look.ts';

/* What a process remembers of its earlier cycles hides nothing from the next. */

async function inStep(paths: readonly string[], options: ReplicaOptions = {}) {
  const world = openWorld();
  const [alice, bob] = [
    world.replica('alice', { files: lookingLate, ...options }),
    world.replica('bob', { files: lookingLate, ...options }),
  ];
  for (const path of paths) alice.write(path, 'first');
  await alice.sync();
  await bob.sync();
  // All that a first look remembers is there by now.
  await bob.sync();
  return { alice, bob };
}

test('what a colleague reverts to a version that the base had before is brought here', async () => {
  const { alice, bob } = await inStep(['a', 'b']);
  bob.write('a', 'second');
  await bob.sync();
  await bob.sync();
  await alice.sync();
  alice.write('a', 'first');
  await alice.sync();
  expect(await bob.sync()).toMatchObject({ downloaded: 1, uploaded: 0, conflicts: [] });
  expect(bob.read('a')).toBe('first');
});

test('what comes beside a link of its name, where case does not count, is held', async () => {
  const { alice, bob } = await inStep(['a']);
  symlinkSync('a', join(bob.root, 'Lnk'));
  await bob.sync();
  alice.write('lnk', 'a file');
  alice.write('Lnk2/a', 'another');
  await alice.sync();
  expect(await bob.sync()).toMatchObject({ downloaded: 1, problems: [{ path: 'lnk' }] });
  expect(Object.keys(bob.files()).toSorted()).toEqual(['Lnk2/a', 'a']);
});

test('what lost its permission and was deleted by a colleague asks when it is allowed again', async () => {
  const { alice, bob } = await inStep(['.env', 'a'], { allow: ['.env'] });
  bob.restart({ allow: [] });
  await bob.sync();
  alice.remove('.env');
  await alice.sync();
  await bob.sync();
  bob.restart({ allow: ['.env'] });
  expect(await bob.sync()).toMatchObject({
    deletedLocal: 0,
    conflicts: [{ path: '.env', reason: 'deleted-there-while-excluded' }],
  });
});
