import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openFolders } from '../../src/adapters/folders.ts';
import { systemClock } from '../../src/adapters/system.ts';
import { SyncError } from '../../src/core/errors.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import type { SetupParts } from '../../src/engine/setup/setup-ports.ts';
import { folder, mortality, openWorld, s3 } from './setup-world.ts';

/* A source goes away whole, or stays whole for others: nobody gets a half of it. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };
const LIFE = () => mortality(Number.MAX_SAFE_INTEGER);
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function fill(at: string, files = 20): void {
  mkdirSync(at, { recursive: true });
  for (let index = 0; index < files; index += 1) writeFileSync(path.join(at, `f${index}`), `content ${index}`);
}

function moving() {
  const world = openWorld();
  const [from, to] = [path.join(world.top, 'x'), path.join(world.top, 'y')];
  fill(from);
  return { world, from, to, parts: world.parts(folder(from), folder(to), LIFE()) };
}

/** Does something before each file of a folder is removed. */
function onRemove(parts: SetupParts, at: string, act: () => Promise<void>): SetupParts {
  const open = (of: string) => {
    const files = parts.folders.open(of);
    if (of !== at) return files;
    return {
      ...files,
      async remove(...given: Parameters<typeof files.remove>) {
        await act();
        return files.remove(...given);
      },
    };
  };
  return { ...parts, folders: { ...parts.folders, open } };
}

test('nobody gets the lock of a source of which files are gone', async () => {
  const { world, from, parts } = moving();
  const seen = new Set<string>();
  const look = async () => {
    const taken = world.inPlace(folder(from)).acquire({ purpose: 'make', waitMs: 0 });
    seen.add(
      await taken.then(
        () => 'taken',
        ({ kind }) => String(kind),
      ),
    );
  };
  await runSetup(onRemove(parts, from, look), OPTIONS);
  expect([[...seen], existsSync(from)]).toEqual([['locked'], false]);
});

test.each([true, false])('whoever waits for its lock meanwhile finds no folder any more; delete: %s', async (del) => {
  const { world, from, parts } = moving();
  const waits: { outcome: Promise<string> | null } = { outcome: null };
  const begin = async () => {
    waits.outcome ??= world
      .inPlace(folder(from))
      .acquire({ purpose: 'make', waitMs: 20_000 })
      .then(
        () => `taken of ${readdirSync(from).length}`,
        ({ kind }) => String(kind),
      );
  };
  const folders = {
    ...parts.folders,
    asides: async (of: string) => {
      await begin();
      return parts.folders.asides(of);
    },
  };
  await runSetup({ ...parts, folders }, { ...OPTIONS, deleteSource: del });
  expect(['local', 'config']).toContain(await waits.outcome);
  const moved = readdirSync(world.top).find((name) => name.startsWith('x.'));
  expect([existsSync(from), moved === undefined]).toEqual([false, del]);
  if (moved !== undefined) expect(readdirSync(path.join(world.top, moved))).not.toContain('.datastore.lock');
});

test('a colleague who moves the same folder elsewhere waits, and moves nothing', async () => {
  const { from, world, parts } = moving();
  const other = openWorld();
  const theirs = {
    ...other.parts(folder(from), folder(path.join(world.top, 'z')), LIFE()),
    folders: openFolders({ run: 'setup-other', clock: systemClock, log: SILENT, roots: new Map() }),
  };
  const waits: { outcome: Promise<string> | null } = { outcome: null };
  const begin = async () => {
    waits.outcome ??= runSetup(theirs, OPTIONS).then(
      ({ files }) => `done ${files}`,
      ({ kind }) => String(kind),
    );
  };
  await runSetup(onRemove(parts, from, begin), OPTIONS);
  expect(await waits.outcome).not.toContain('done');
  expect(existsSync(path.join(other.workspace, '.datastore.yaml'))).toBe(false);
});

test('no folder that held none of the files is touched, and the source stays with it', async () => {
  const { from, parts } = moving();
  for (const name of ['.git/refs/heads', 'empty/below', 'moved']) mkdirSync(path.join(from, name), { recursive: true });
  writeFileSync(path.join(from, 'moved/a'), 'a');
  const report = await runSetup(parts, OPTIONS);
  expect(readdirSync(from, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
    '.git',
    '.git/refs',
    '.git/refs/heads',
    'empty',
    'empty/below',
  ]);
  expect(report.notes.join()).toContain(`${from} stays`);
});

test('what is tried for a moment is part of no datastore, and what a process left of it goes', async () => {
  const { from, to, parts } = moving();
  const old = path.join(from, '.datastore-try-abcdef');
  mkdirSync(old);
  writeFileSync(path.join(old, 'a'), 'a');
  utimesSync(old, 1.6e9, 1.6e9);
  await runSetup(parts, OPTIONS);
  expect([existsSync(from), readdirSync(to).filter((name) => name.includes('try'))]).toEqual([false, []]);
});

test('a search for a trial through a whole folder hears that it is to stop', async () => {
  const { world, to, parts } = moving();
  mkdirSync(to);
  const stopped = AbortSignal.abort(new Error('stop'));
  const folders = openFolders({ run: 'r', clock: systemClock, log: SILENT, roots: new Map() });
  await expect(folders.relation(parts.folderOf(parts.to), world.workspace, true, stopped)).rejects.toThrow('stop');
  const guarded = new AbortController();
  const lockFile = {
    ...parts.lockFile,
    async create(...given: Parameters<typeof parts.lockFile.create>) {
      const isOurs = await parts.lockFile.create(...given);
      guarded.abort(new Error('stop'));
      return isOurs;
    },
  };
  await expect(runSetup({ ...parts, lockFile }, { ...OPTIONS, signal: guarded.signal })).rejects.toThrow('stop');
  expect(readdirSync(world.top, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('try'))).toEqual(
    [],
  );
});

/** A root in step with a bucket, that becomes a folder used in place. */
async function fromBucket() {
  const world = openWorld();
  const from = s3('old', 'data');
  const root = path.join(world.workspace, 'data');
  fill(root, 30);
  await world.noteProbe(from);
  const old = world.remote(from, false, LIFE());
  await old.datastore.sync({});
  return { world, root, old, parts: world.parts(from, folder(path.join(world.top, 'y')), LIFE()) };
}

test('nothing that syncs the old root meanwhile passes a deletion to the old bucket', async () => {
  const { root, old, parts } = await fromBucket();
  const seen = new Set<string>();
  const impatient = AbortSignal.timeout(1000);
  let first: Promise<unknown> | null = null;
  const sync = async () => {
    first ??= old.datastore.sync({ signal: impatient }).then(
      ({ deletedRemote }) => seen.add(`deleted ${deletedRemote}`),
      ({ kind }) => seen.add(String(kind)),
    );
    await first;
  };
  await runSetup(onRemove(parts, root, sync), OPTIONS);
  await old.datastore.sync({}).catch(() => null);
  expect([(await old.datastore.contents()).size, existsSync(root), [...seen]]).toEqual([30, false, ['cancelled']]);
});

test('nor does one after a deletion that was cut off', async () => {
  const { root, old, parts } = await fromBucket();
  let left = 5;
  const dead = onRemove(parts, root, async () => {
    left -= 1;
    if (left === 0) throw new Error('dead');
  });
  await expect(runSetup(dead, OPTIONS)).rejects.toThrow('dead');
  rmSync(path.join(root, '.datastore-staging/lock'), { force: true });
  await expect(old.datastore.sync({})).rejects.toMatchObject({ kind: 'veto' });
  expect((await old.datastore.contents()).size).toBe(30);
});

test('a lock that cannot be given back keeps no other', async () => {
  const { world, from, to, parts } = moving();
  const holdFolder: SetupParts['holdFolder'] = async (config, how) => {
    const held = await parts.holdFolder(config, how);
    if (config.backend !== parts.from?.backend) return held;
    const release = async () => {
      await held.release();
      throw new Error('a broken disk');
    };
    return { ...held, release };
  };
  const writeConfig = async () => {
    throw new Error('stopped');
  };
  const files = { ...parts.files, writeConfig };
  await expect(runSetup({ ...parts, holdFolder, files }, OPTIONS)).rejects.toThrow('stopped');
  for (const at of [from, to]) expect((await world.inPlace(folder(at)).lease()).lease).toBeNull();
});

test('a lock that cannot be taken out of a moved source is told, and so is where that is now', async () => {
  const { world, from, parts } = moving();
  const holdFolder: SetupParts['holdFolder'] = async (config, how) => {
    const lock = await parts.holdFolder(config, how);
    return {
      ...lock,
      async release(movedTo) {
        await lock.release();
        if (movedTo !== undefined)
          throw new SyncError('local', 'The lock could not be removed: the disk is full', 'Mend.');
      },
    };
  };
  const { done, notes } = await runSetup({ ...parts, holdFolder }, { ...OPTIONS, deleteSource: false });
  const moved = path.join(world.top, readdirSync(world.top).find((name) => name.startsWith('x.20')) ?? 'none');
  expect(done).toContainEqual({ kind: 'clean-up', text: expect.stringContaining(`${from} moved to ${moved}`) });
  expect(notes).toContain(
    `${moved} may still have the lock of this set-up: The lock could not be removed: the disk is full`,
  );
  expect(notes.join('\n')).not.toContain('stays where it was');
});
