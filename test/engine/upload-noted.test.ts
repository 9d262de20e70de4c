import { expect, test } from 'vitest';
import { openWorld, type Replica } from '../support/replica.ts';

test('what arrived of a large file before a process died is not sent again', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const mib = 1 << 20;
  const content = new Uint8Array(48 * mib);
  // No two chunks alike: equal ones would travel once.
  for (let at = 0; at < content.length; at += mib) content.set(Buffer.from(`megabyte ${at}`), at);
  alice.write('large.bin', content);
  const chunks = 6;
  await dieAt(alice, chunks - 2);
  alice.store.forget();
  expect(await alice.sync()).toMatchObject({ uploaded: 1 });
  const sent = alice.store.puts().filter((key) => key.startsWith('objects/'));
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.length).toBeLessThan(chunks - 1);
  expect((await world.remote()).files.get('large.bin')?.equals(content)).toBe(true);
});

test('most of what was sent before a process died is copied on the server, not sent again', async () => {
  const world = openWorld();
  const alice = world.replica('alice');
  const files = 60;
  for (let index = 0; index < files; index += 1) alice.write(`f${index}`, Buffer.alloc(300_000, `${index}`));
  await dieAt(alice, 50);
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
