import { deepStrictEqual } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { forgeRemote, lineFor, remotePaths } from './forged-remote.ts';
import { hostileKey } from './keys.ts';
import { openVictim } from './open-victim.ts';
import { mayBePath } from './path-oracle.ts';
import type { Random } from './random.ts';

export interface Synced {
  /** Different hostile keys in the index. */
  readonly entries: number;
  /** Of them: allowed and on disk; allowed and held or refused with a reason; against the format, and named as such. */
  readonly arrived: number;
  readonly reported: number;
  readonly refused: number;
  /** Innocent entries among them, all of which arrived. */
  readonly good: number;
}

const EVIL = 'hostile content';
/** A shard takes no more. */
const MOST = 4_096;

/**
 * An index of generated keys with good ones among them goes through the whole engine, down and then up. Throws an AssertionError when
 * a good entry stays out, a bad one is not reported, a record of somebody is dropped, or anything outside the root changes.
 */
export async function syncKeys(random: Random, keys: number): Promise<Synced> {
  const victim = openVictim();
  const { folder, store, datastore } = victim;
  try {
    const good = new Map(
      Array.from({ length: Math.ceil(keys / 8) }, (_, index) => [`innocent/${index % 7}/${index}`, `good ${index}`]),
    );
    const hostile = new Set<string>();
    while (hostile.size < Math.min(keys, MOST - good.size)) hostile.add(hostileKey(random).key);
    await forgeRemote(
      store,
      [EVIL, ...good.values()],
      [...[...hostile].map((key) => lineFor(key, EVIL)), ...[...good].map(([path, content]) => lineFor(path, content))],
    );
    const before = folder.surroundings();
    const report = await datastore.sync({ direction: 'pull' });
    deepStrictEqual(folder.surroundings(), before);
    const named = new Set(report.problems.map(({ path }) => path));
    const files = folder.files();
    for (const [path, content] of good) deepStrictEqual([path, files.get(path)], [path, content]);
    const strangers = [...files].filter(
      ([path, content]) => !good.has(path) && !(hostile.has(path) && mayBePath(path) && content === EVIL),
    );
    deepStrictEqual(strangers, []);
    const silent = [...hostile].filter((key) => !files.has(key) && !named.has(key));
    deepStrictEqual(silent, []);

    writeFileSync(join(folder.root, 'own'), 'own');
    await datastore.sync({ direction: 'push' });
    deepStrictEqual(folder.surroundings(), before);
    deepStrictEqual(await remotePaths(store), new Set([...hostile, ...good.keys(), 'own']));
    const arrived = [...hostile].filter((key) => files.has(key)).length;
    const refused = [...hostile].filter((key) => !mayBePath(key)).length;
    return { entries: hostile.size, arrived, refused, reported: hostile.size - arrived - refused, good: good.size };
  } finally {
    await victim.close();
  }
}
