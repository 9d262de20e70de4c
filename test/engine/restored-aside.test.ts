import { expect, test } from 'vitest';
import type { LocalFiles } from '../../src/engine/ports.ts';
import { openWorld } from '../support/replica.ts';

/** Dies when what stood there has been moved aside, and nothing has come in its place. */
const dyingBetween = (files: LocalFiles): LocalFiles => ({
  ...files,
  async install(_staged, path, expected) {
    if (expected !== null) await files.remove(path, expected);
    throw new Error('crashed here');
  },
});

test('what goes back after a run that died stays in staging where it can only be copied', async () => {
  const world = openWorld();
  const [alice, bob] = [world.replica('alice'), world.replica('bob')];
  alice.write('a', 'first');
  await alice.sync();
  await bob.sync();
  alice.write('a', 'second');
  await alice.sync();
  bob.restart({ files: dyingBetween });
  await bob.failing();
  const restored: Parameters<LocalFiles['restore']>[] = [];
  bob.restart({
    files: (files) => ({
      ...files,
      restore: (...given) => (restored.push(given), files.restore(...given)),
    }),
  });
  await bob.sync();
  expect(restored.map(([, path, keepsCopied]) => [path, keepsCopied])).toEqual([['a', true]]);
  expect(bob.files()).toEqual({ a: 'second' });
});
