import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { StoreError } from '../../src/core/errors.ts';
import type { Entry } from '../../src/core/format/tree.ts';
import { parseSyncPath } from '../../src/core/paths/sync-path.ts';
import { createByteBudget } from '../../src/engine/contents/byte-budget.ts';
import { HEAD_KEY } from '../../src/engine/remote/head-object.ts';
import { checkContents } from '../../src/engine/verify/verify-contents.ts';
import { APART, openWorld } from '../support/replica.ts';

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

test("a commit in doubt that lands while a repair looks is still ours: a colleague's revert of it stays reverted", async () => {
  const world = openWorld({ packs: APART });
  let doubtful = false;
  let late: (() => Promise<unknown>) | null = null;
  let isRepairing = false;
  const alice = world.replica('alice', {
    decorate: (store) => ({
      ...store,
      put(key, body, options) {
        if (!doubtful || key !== HEAD_KEY) return store.put(key, body, options);
        late ??= () => store.put(key, body, options);
        return Promise.reject(new StoreError('unreachable', 'no answer'));
      },
      async get(key, options) {
        const lands = late;
        if (isRepairing && lands !== null && key.startsWith('objects/')) {
          late = null;
          await lands();
        }
        return store.get(key, options);
      },
    }),
  });
  const bob = world.replica('bob');
  alice.write('a.txt', 'version one');
  alice.write('damaged.txt', 'whole here');
  await alice.sync();
  await bob.sync();
  alice.write('a.txt', 'version two');
  doubtful = true;
  expect((await alice.failing()).kind).toBe('unknown-outcome');
  doubtful = false;
  for (const key of world.bucket.keys()) if (key.includes(sha256('whole here'))) world.bucket.delete(key);

  isRepairing = true;
  const { repaired } = await alice.datastore.verify({ repair: true });
  expect(repaired.map(({ path }) => path)).toEqual(['damaged.txt']);
  expect(late).toBeNull();
  await bob.sync();
  bob.write('a.txt', 'version one');
  await bob.sync();
  expect(await alice.sync()).toMatchObject({ downloaded: 1, uploaded: 0 });
  expect(alice.read('a.txt')).toBe('version one');
});

test('a content that begins with the head of a pack is whole', async () => {
  const { store } = openWorld();
  const [pack, other] = ['AAAABBBB', 'CCCC'];
  const slice = (content: string) => ({ object: `objects/${sha256(content)}-1`, offset: 0, length: 4 });
  for (const content of [pack, other]) await store.put(slice(content).object, new TextEncoder().encode(content));
  const path = parseSyncPath('packed');
  if (!path.ok) throw new Error(path.problem);
  const entry: Entry = {
    path: path.value,
    size: 8,
    mtime: 0,
    sha256: sha256('AAAACCCC'),
    exec: false,
    by: 'alice@host',
    generation: 1,
    slices: [slice(pack), slice(other)],
  };
  expect([
    ...(await checkContents(
      { store, codec: nodeCodec, budget: createByteBudget(1 << 20) },
      new Map([[path.value, entry]]),
    )),
  ]).toEqual([]);
});
