import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Config } from '../../src/core/config/config.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld, s3, type World } from './setup-world.ts';

/* A set-up that dies at each of its writes in turn, whichever that is, and is run again. */

const OPTIONS = { skipMigration: false, deleteSource: false, dryRun: false };

const NAMES = ['a', 'b/c', 'b/d e'];
function fill(at: string): void {
  NAMES.forEach((name, index) => {
    mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
    writeFileSync(path.join(at, name), `content ${index}`);
    utimesSync(path.join(at, name), 1.6e9 + index, 1.6e9 + index);
  });
}

const found = (at: string): readonly string[] =>
  NAMES.map((name) => `${readFileSync(path.join(at, name), 'utf8')} ${statSync(path.join(at, name)).mtimeMs}`);

/** What `.datastore.yaml` says is what the next run finds. */
function present(world: World, from: Config | null, to: Config): Config | null {
  const file = path.join(world.workspace, '.datastore.yaml');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const isNew = to.backend.type === 's3' ? text.includes(`prefix: ${to.backend.prefix}`) : text.includes('filesystem');
  return isNew ? to : from;
}

const pairs: readonly [what: string, begin: (world: World) => Promise<{ from: Config; to: Config }>][] = [
  [
    'a folder to its own root in a bucket',
    async ({ workspace }) => ({ from: folder(path.join(workspace, 'x')), to: s3('new', 'x') }),
  ],
  [
    'a folder to another root in a bucket',
    async ({ workspace }) => ({ from: folder(path.join(workspace, 'x')), to: s3('new', 'data') }),
  ],
  [
    'a folder to another',
    async ({ workspace, top }) => ({ from: folder(path.join(workspace, 'x')), to: folder(path.join(top, 'y')) }),
  ],
  ['a bucket to another', async () => ({ from: s3('old', 'x'), to: s3('new', 'x') })],
  ['a bucket to a folder', async ({ top }) => ({ from: s3('old', 'x'), to: folder(path.join(top, 'y')) })],
];

test.each(pairs)(
  '%s: dead at each of its writes, it ends the same',
  async (_what, begin) => {
    let deaths = 0;
    for (let lives = 0; ; lives += 1) {
      const world = openWorld();
      const { from, to } = await begin(world);
      fill(world.folderOf(from));
      const truth = found(world.folderOf(from));
      const immortal = mortality(Number.MAX_SAFE_INTEGER);
      if (from.backend.type === 's3') {
        const old = world.remote(from, false, immortal);
        await old.datastore.sync();
        await old.close();
      }
      await world.noteProbe(to);
      const life = mortality(lives);
      const first = await runSetup(world.parts(from, to, life), OPTIONS).catch(() => null);
      if (!life.isDead) {
        expect(first).toMatchObject({ files: NAMES.length });
        break;
      }
      deaths += 1;
      // Whoever looks now finds every file where the configuration says.
      const now = present(world, from, to);
      expect(now).not.toBeNull();
      if (now !== null && now !== to) expect(found(world.folderOf(now))).toEqual(truth);
      const again = await runSetup(world.parts(now, to, immortal), OPTIONS);
      expect(again).toMatchObject({ conflicts: [], problems: [], stopped: null });
      expect(present(world, from, to)).toBe(to);
      expect(found(world.folderOf(to))).toEqual(truth);
      if (to.backend.type === 's3') {
        const there = world.remote(to, false, immortal);
        expect(await there.datastore.sync()).toMatchObject({ uploaded: 0, downloaded: 0, adopted: 0, conflicts: [] });
        expect((await there.datastore.contents()).size).toBe(NAMES.length);
        await there.close();
      }
      const isMoved = world.folderOf(from) !== world.folderOf(to);
      expect(readdirSync(world.workspace).filter((name) => name.startsWith('x'))).toEqual(
        isMoved ? [expect.stringMatching(/^x\.20/)] : ['x'],
      );
    }
    expect(deaths).toBeGreaterThan(10);
  },
  180_000,
);
