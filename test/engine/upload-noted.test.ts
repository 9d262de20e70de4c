import { expect, test } from 'vitest';
import { openWorld } from '../support/replica.ts';

test('most of what was sent before a process died is copied on the server, not sent again', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const files = 60;
  for (let index = 0; index < files; index += 1) alice.write(`f${index}`, Buffer.alloc(300_000, `${index}`));
  let isDead = false;
  alice.onState = () => {
    if (isDead) throw new Error('dead');
  };
  alice.store.plan({
    on: 'put',
    key: /^objects/,
    skip: 50,
    times: files,
    fault: {
      kind: 'between',
      run() {
        isDead = true;
        throw new Error('dead');
      },
    },
  });
  expect(await alice.failing()).toMatchObject({ message: 'dead' });
  alice.store.heal();
  alice.restart({ waitMs: 60_000 });
  isDead = false;
  alice.store.forget();
  expect(await alice.sync()).toMatchObject({ uploaded: files });
  expect(alice.store.puts().filter((key) => key.startsWith('objects/')).length).toBeLessThan(files / 2);
  await world.expectNothingLost();
});
