import { expect, test } from 'vitest';
import { StoreError } from '../../src/core/errors.ts';
import { openWorld } from '../support/replica.ts';

test('a shard whose answer was lost, and whose comparison comes back damaged: said so, and no defect of ours', async () => {
  const world = openWorld();
  let isBroken = true;
  const alice = world.replica('alice', {
    decorate: (store) => ({
      ...store,
      async put(key, body, options) {
        await store.put(key, body, options);
        if (isBroken && key.startsWith('index/')) throw new StoreError('precondition', 'it is there already');
        return store.head(key);
      },
      async get(key, options) {
        const found = await store.get(key, options);
        if (!isBroken || found.kind !== 'found' || !key.startsWith('index/')) return found;
        return { ...found, body: garbage() };
      },
    }),
  });
  alice.write('a.txt', 'one');
  expect((await alice.failing()).kind).toBe('corrupt');
  isBroken = false;
  expect(await alice.sync()).toMatchObject({ uploaded: 1, problems: [] });
  await world.expectNothingLost();
});

async function* garbage(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array([1, 2, 3]);
}
