import { expect, test } from 'vitest';
import { drawn } from '../support/drawn.ts';
import { openWorld, type Replica } from '../support/replica.ts';

test('what arrived of a large file before a process died is not sent again', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const content = drawn(48 << 20);
  alice.write('large.bin', content);
  await dieAt(alice, 12);
  alice.store.forget();
  expect(await alice.sync()).toMatchObject({ uploaded: 1 });
  const { store } = alice;
  const sent = store.puts().filter((key) => key.startsWith('objects/'));
  const copied = store.calls.filter(({ operation }) => operation === 'copy');
  expect(copied.length).toBeGreaterThan(6);
  expect(sent.length).toBeGreaterThan(0);
  expect((await world.remote()).files.get('large.bin')?.equals(content)).toBe(true);
});

test('most of what was sent before a process died is copied on the server, not sent again', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const files = 100;
  for (let index = 0; index < files; index += 1) alice.write(`f${index}`, drawn(300_000, index + 1));
  await dieAt(alice, 90);
  alice.store.forget();
  expect(await alice.sync()).toMatchObject({ uploaded: files });
  expect(alice.store.puts().filter((key) => key.startsWith('objects/')).length).toBeLessThan(files / 2);
  await world.expectNothingLost();
});

/** A process that dies when it has sent so many objects, and another after it. */
async function dieAt(replica: Replica, sent: number): Promise<void> {
  let isDead = false;
  replica.onState = () => {
    if (isDead) throw new Error('dead');
  };
  replica.store.plan({
    on: 'put',
    key: /^objects/,
    skip: sent,
    times: 1_000,
    fault: {
      kind: 'between',
      run() {
        isDead = true;
        throw new Error('dead');
      },
    },
  });
  expect(await replica.failing()).toMatchObject({ message: 'dead' });
  replica.store.heal();
  replica.restart({ waitMs: 60_000 });
  isDead = false;
}
