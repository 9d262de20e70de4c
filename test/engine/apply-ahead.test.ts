import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StoreError, SyncError } from '../../src/core/errors.ts';
import type { LocalFiles } from '../../src/engine/ports.ts';
import { APART, openWorld } from '../support/replica.ts';

/* While one batch is put in place the next is fetched: not more than that, in their order, and nothing is left on its way. */

const BATCH = 100;

test('the contents of the next come while one is put in place', async () => {
  const { alice, bob, seen } = await apart(2 * BATCH);
  // Each waits for those of the next batch: were they not on their way, for ever.
  seen.beforeInstall = async (nth) => {
    if (nth > BATCH) return;
    while (seen.staged <= BATCH) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  expect(await bob.sync()).toMatchObject({ downloaded: 2 * BATCH, problems: [] });
  expect(bob.files()).toEqual(alice.files());
});

test('all come, each after it was announced, and no more than two batches lie in staging', async () => {
  const { alice, bob, seen } = await apart(4 * BATCH + 20);
  expect(await bob.sync()).toMatchObject({ downloaded: 4 * BATCH + 20, problems: [] });
  expect(bob.files()).toEqual(alice.files());
  expect(seen.unannounced).toEqual([]);
  expect(seen.most).toBeLessThanOrEqual(2 * BATCH);
});

test.each(['intend', 'install'] as const)(
  'where %s fails nothing of the next batch is still on its way, and a later sync brings the rest',
  async (where) => {
    const { alice, bob, seen } = await apart(3 * BATCH, { fails: where });
    expect(await bob.failing()).toMatchObject({ kind: 'local' });
    expect(seen.underWay).toBe(0);
    const { staged } = seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.staged).toBe(staged);
    seen.fails = null;
    expect(await bob.sync()).toMatchObject({ problems: [] });
    expect(bob.files()).toEqual(alice.files());
  },
);

test.each(['intend', 'install'] as const)(
  'where %s fails what was staged of the next batch is dropped',
  async (where) => {
    const { bob, seen } = await apart(3 * BATCH);
    // The first batch comes, and all of the third is here when the second fails.
    seen.beforeInstall = async (nth) => {
      const wanted = nth <= BATCH ? 2 * BATCH : 0;
      while (seen.staged < wanted) await new Promise((resolve) => setTimeout(resolve, 1));
      if (nth !== BATCH + 1) return;
      while (seen.staged < 3 * BATCH) await new Promise((resolve) => setTimeout(resolve, 1));
      if (where === 'install') throw new SyncError('local', 'the disk is full', 'Free some space.');
    };
    if (where === 'intend') seen.beforeInstall = async (nth) => void (nth === BATCH && (seen.fails = 'intend'));
    expect(await bob.failing()).toMatchObject({ kind: 'local' });
    expect(inStaging(bob.root).length).toBeLessThanOrEqual(BATCH);
    seen.fails = null;
    seen.beforeInstall = async () => {};
    expect(await bob.sync()).toMatchObject({ problems: [] });
    expect(inStaging(bob.root).length).toBeLessThanOrEqual(BATCH);
  },
);

test('where one fails what has come of a pack of the next is dropped, also when that is cut off in between', async () => {
  const many = 10 * BATCH;
  const { bob, seen } = await apart(2 * many, { batch: many });
  seen.beforeInstall = async () => {
    while (seen.staged <= many) await new Promise((resolve) => setTimeout(resolve, 1));
    throw new SyncError('local', 'the disk is full', 'Free some space.');
  };
  expect(await bob.failing()).toMatchObject({ kind: 'local' });
  expect(seen.staged).toBeLessThan(2 * many);
  expect(inStaging(bob.root).length).toBeLessThanOrEqual(many);
});

test('where one does not come the next is not asked for', async () => {
  const world = openWorld({ batches: { files: 2, bytes: 1 << 20 }, packs: APART });
  const alice = world.replica('alice');
  for (let nth = 0; nth < 8; nth += 1) alice.write(`${nth}`, `content ${nth}`);
  await alice.sync();
  const asked: string[] = [];
  const bob = world.replica('bob', {
    decorate: (store) => ({
      ...store,
      get: (key, options) => {
        if (key.startsWith('objects/')) asked.push(key);
        if (asked.length > 2) throw new StoreError('unreachable', 'no network');
        return store.get(key, options);
      },
    }),
  });
  expect(await bob.failing()).toMatchObject({ kind: 'offline' });
  expect(asked).toHaveLength(4);
  expect(Object.keys(bob.files())).toHaveLength(2);
});

/** Downloads that wait in staging, of all runs. */
const inStaging = (root: string): string[] => {
  const staging = join(root, '.datastore-staging');
  return readdirSync(staging).flatMap((run) =>
    existsSync(join(staging, run, 'in')) ? readdirSync(join(staging, run, 'in')) : [],
  );
};

interface Seen {
  fails: 'intend' | 'install' | null;
  beforeInstall: (nth: number) => Promise<void>;
  staged: number;
  installed: number;
  underWay: number;
  /** Staged and not yet in place, at the most. */
  most: number;
  readonly unannounced: string[];
}

/** Alice has sent `count` small files, Bob has nothing yet. */
async function apart(
  count: number,
  { fails = null, batch = BATCH }: Pick<Partial<Seen>, 'fails'> & { readonly batch?: number } = {},
) {
  const world = openWorld({ batches: { files: batch, bytes: 1 << 20 } });
  const alice = world.replica('alice');
  for (let nth = 0; nth < count; nth += 1) alice.write(`${nth % 30}/${nth}`, `content ${nth}`);
  await alice.sync();
  const seen: Seen = {
    fails,
    beforeInstall: async () => {},
    staged: 0,
    installed: 0,
    underWay: 0,
    most: 0,
    unannounced: [],
  };
  const bob = world.replica('bob', { files: (files) => watched(files, seen) });
  return { alice, bob, seen };
}

function watched(files: LocalFiles, seen: Seen): LocalFiles {
  const announced = new Set<string>();
  const fail = (at: Seen['fails']) => {
    if (seen.fails === at) throw new SyncError('local', 'the disk is full', 'Free some space.');
  };
  return {
    ...files,
    async stageAll(contents) {
      seen.underWay += 1;
      try {
        return await files.stageAll(contents);
      } finally {
        seen.underWay -= 1;
        seen.staged += contents.length;
        seen.most = Math.max(seen.most, seen.staged - seen.installed);
      }
    },
    async intend(intents) {
      fail('intend');
      for (const { path } of intents) announced.add(path);
      await files.intend(intents);
    },
    async install(staged, path, expected) {
      fail('install');
      await seen.beforeInstall(seen.installed + 1);
      if (!announced.has(path)) seen.unannounced.push(path);
      const answer = await files.install(staged, path, expected);
      seen.installed += 1;
      return answer;
    },
  };
}
