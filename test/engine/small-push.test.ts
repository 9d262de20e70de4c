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
