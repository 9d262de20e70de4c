import { expect, test } from 'vitest';
import { openWorld } from '../support/replica.ts';

/* Few and light changes are one swap, which takes the lease and gives it back; for others the lease is taken before, and given back after. */

const MOST = 256;
const MOST_BYTES = 4 << 20;

test.each([
  ['as many as may', MOST, 1, 1],
  ['one more', MOST + 1, 1, 3],
  ['as much as may', 1, MOST_BYTES, 1],
  ['a byte more', 1, MOST_BYTES + 1, 3],
])('%s: %i of %i bytes', async (_what, files, bytes, swaps) => {
  const world = openWorld();
  const bob = world.replica('bob');
  bob.write('first', 'of all');
  await bob.sync();
  for (let nth = 0; nth < files; nth += 1) bob.write(`${nth}`, 'x'.repeat(bytes));
  const written = bob.store.plan({ on: 'put', key: /^head/, times: 99, fault: { kind: 'between', run: () => {} } });
  expect(await bob.sync()).toMatchObject({ uploaded: files });
  expect(written.hits()).toBe(swaps);
  bob.remove('first');
  await bob.sync();
  expect(written.hits()).toBe(swaps + 1);
});

test('what another has committed, and this process has read meanwhile, is not overwritten by what was planned before', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  bob.write('first', 'of all');
  await bob.sync();
  await alice.sync();
  bob.write('his', '1');
  alice.write('hers', '1');
  bob.store.plan({
    on: 'put',
    key: /^commits/,
    fault: {
      kind: 'between',
      async run() {
        await alice.sync();
        // As a poll does while a push is under way.
        await bob.datastore.lease();
      },
    },
  });
  expect(await bob.sync()).toMatchObject({ uploaded: 1, downloaded: 1 });
  expect(await world.remoteFiles()).toEqual({ first: 'of all', his: '1', hers: '1' });
});

test('while another holds the lease nothing is sent in vain', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob', { waitMs: 0 })];
  bob.write('first', 'of all');
  await bob.sync();
  const held = await alice.datastore.acquire({ purpose: 'test' });
  bob.write('his', '1');
  bob.store.forget();
  expect(await bob.failing()).toMatchObject({ kind: 'locked' });
  expect(bob.store.puts().filter((key) => key.startsWith('objects/'))).toEqual([]);
  await held.release();
});
