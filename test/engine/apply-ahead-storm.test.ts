import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { StoreError, type StoreErrorKind, SyncError } from '../../src/core/errors.ts';
import type { LocalFiles } from '../../src/engine/ports.ts';
import { openWorld } from '../support/replica.ts';

/* Whatever fails while batches come: nothing is lost, nothing stays open, nothing is on its way afterwards, and a later sync brings the rest. */

const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);
process.on('unhandledRejection', note);
afterAll(() => void process.off('unhandledRejection', note));

const KINDS: readonly StoreErrorKind[] = ['unreachable', 'denied', 'missing', 'rejected', 'busy'];

test.each(Array.from({ length: 6 }, (_, seed) => seed))('seed %i', async (seed) => {
  const random = from(seed);
  const below = (most: number) => Math.floor(random() * most);
  const world = openWorld({ batches: { files: 1 + below(150), bytes: 1 << 20 } });
  const alice = world.replica('alice');
  const count = 500 + below(300);
  for (let nth = 0; nth < count; nth += 1) alice.write(`${nth % 7}/${nth}`, `content ${nth} ${'x'.repeat(below(200))}`);
  alice.write('large', 'y'.repeat(200_000));
  await alice.sync();
  let underWay = 0;
  let left = below(900);
  const where = (['stageAll', 'intend', 'install', 'flush', 'none'] as const)[below(5)];
  const stop = new AbortController();
  const abortAt = below(3) === 0 ? below(600) : Number.POSITIVE_INFINITY;
  let installed = 0;
  const fails = (at: typeof where, step = 1) => {
    if (where !== at) return;
    left -= step;
    if (left > 0) return;
    left = Number.POSITIVE_INFINITY;
    throw new SyncError('local', 'the disk is full', 'Free some space.');
  };
  const dress = (files: LocalFiles): LocalFiles => ({
    ...files,
    async stageAll(contents) {
      fails('stageAll', contents.length);
      underWay += 1;
      try {
        return await files.stageAll(contents);
      } finally {
        underWay -= 1;
      }
    },
    async intend(intents) {
      fails('intend', intents.length);
      await files.intend(intents);
    },
    async install(...given) {
      fails('install');
      installed += 1;
      if (installed === abortAt) stop.abort(new SyncError('cancelled', 'stopped', 'Sync again.'));
      return files.install(...given);
    },
    async flush() {
      const isDurable = await files.flush();
      fails('flush', 100);
      return isDurable;
    },
  });
  const bob = world.replica('bob', { files: dress });
  for (let nth = 0; nth < count; nth += 50) if (below(2) === 0) bob.write(`own/${nth}`, `of bob ${nth}`);
  const kind = KINDS[below(KINDS.length)];
  if (below(2) === 0 && kind !== undefined)
    bob.store.plan({ on: 'get', key: /^objects/, fault: { kind: 'fail-before', error: kind } });
  const outcome = await bob.sync({ signal: stop.signal }).then(
    () => 'done',
    (error: unknown) => (error instanceof SyncError || error instanceof StoreError ? error.kind : error),
  );
  expect(typeof outcome).toBe('string');
  expect(underWay).toBe(0);
  expect(openBelow(bob.root)).toEqual([]);
  // What came is whole.
  const theirs = alice.files();
  for (const [path, text] of Object.entries(bob.files())) if (!path.startsWith('own/')) expect(text).toBe(theirs[path]);
  left = Number.POSITIVE_INFINITY;
  // What has not come yet would be a conflict.
  bob.write(outcome === 'done' && bob.files()['0/0'] !== undefined ? '0/0' : 'own/late', 'changed by bob');
  alice.write('1/1', 'changed by alice');
  await alice.sync();
  for (let nth = 0; nth < 3; nth += 1) await bob.sync().catch(() => null);
  await alice.sync();
  await bob.sync();
  expect(bob.files()).toEqual(alice.files());
  await world.expectNothingLost();
  expect(unhandled).toEqual([]);
});

function from(seed: number): () => number {
  let state = seed * 2_654_435_761 + 12_345;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const openBelow = (root: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(`${root}/`) || path === root ? [path] : [];
    } catch {
      return [];
    }
  });
