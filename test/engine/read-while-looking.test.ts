import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { LocalFiles, ObjectStore } from '../../src/engine/ports.ts';
import { openWorld } from '../support/replica.ts';

/* A commit that is new here has to be read whatever the root holds: it comes while the root is looked at, not after. */

test('the walk need not have ended before the shards are asked for', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  alice.write('a', '1');
  await alice.sync();

  const asked = new AbortController();
  const isAsked = once(asked.signal, 'abort');
  const waiting = (files: LocalFiles): LocalFiles => ({
    ...files,
    async walk(...given) {
      await isAsked;
      return files.walk(...given);
    },
  });
  const listening = (store: ObjectStore): ObjectStore => ({
    ...store,
    get(key, options) {
      if (key.startsWith('index/')) asked.abort();
      return store.get(key, options);
    },
  });
  const bob = world.replica('bob', { files: waiting, decorate: listening });
  expect(await bob.sync()).toMatchObject({ downloaded: 1 });
});
