import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { localError } from '../../src/adapters/fs/refusal.ts';
import type { SyncError } from '../../src/core/errors.ts';
import { LockNotMade } from '../../src/engine/lease/lock-not-made.ts';
import { holdInPlace } from '../../src/engine/setup/held-folder.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import type { SetupParts } from '../../src/engine/setup/setup-ports.ts';
import { folder, mortality, openWorld, s3 } from './setup-world.ts';

/* A source whose lock cannot be taken: because nothing may be written there, or because something is broken. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };

const refusal = (what: string, code: string): SyncError =>
  localError(what, Object.assign(new Error(code), { code, syscall: 'open' })) as SyncError;

/** The lock of the source cannot be made, as the system says by `code`. */
function refusing(code: string, isRoot = false) {
  const world = openWorld();
  const [from, to] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(from);
  writeFileSync(path.join(from, 'a'), 'content a');
  const source = isRoot ? s3('old', 'x') : folder(from);
  const parts = world.parts(source, folder(to), mortality(Number.MAX_SAFE_INTEGER));
  const holdFolder: SetupParts['holdFolder'] = async (config, how) => {
    if (config.backend === source.backend) throw new LockNotMade(refusal('The lock could not be made', code));
    return parts.holdFolder(config, how);
  };
  return { world, from, to, parts: { ...parts, holdFolder } };
}

test.each(['EACCES', 'EPERM', 'EROFS'])('%s: what nobody may write to needs no lock', async (code) => {
  const { from, to, parts } = refusing(code);
  await runSetup(parts, OPTIONS);
  expect([existsSync(from), readFileSync(path.join(to, 'a'), 'utf8')]).toEqual([false, 'content a']);
});

test('what is moved without a lock is told', async () => {
  const { world, from, parts } = refusing('EACCES');
  const { notes } = await runSetup(parts, { ...OPTIONS, deleteSource: false });
  const moved = readdirSync(world.workspace).find((name) => name.startsWith('x.20')) ?? 'none';
  expect(notes).toContain(
    `${path.join(world.workspace, moved)} was moved without a lock, for none could be made in it: what another wrote there meanwhile went along.`,
  );
  expect(existsSync(from)).toBe(false);
});

test('a record of ours that may not be written is no folder that may not be', async () => {
  const { world, from, to, parts } = refusing('EACCES');
  const state = {
    ...world.stateOf(from),
    write: async (name: string) => Promise.reject(refusal(`${name} could not be written`, 'EACCES')),
  };
  const holdFolder: SetupParts['holdFolder'] = async (config) => {
    const lockIn = (at: string) => openLockFile(path.join(at, '.datastore.lock'), { shared: true });
    const datastore = world.inPlace(config, config.backend === parts.from?.backend ? state : undefined);
    return holdInPlace({ folder: world.folderOf(config), lockIn, clock: parts.clock }, datastore, { purpose: 'setup' });
  };
  await expect(runSetup({ ...parts, holdFolder }, OPTIONS)).rejects.toMatchObject({
    kind: 'local',
    message: expect.stringContaining('folder-lock could not be written'),
  });
  expect([readdirSync(from), existsSync(to)]).toEqual([['a'], false]);
});

test.each(['ENOSPC', 'EIO', 'EMFILE', 'ESTALE'])('%s: a lock that fails so stops the set-up', async (code) => {
  const { from, to, parts } = refusing(code);
  await expect(runSetup(parts, OPTIONS)).rejects.toMatchObject({
    kind: 'local',
    message: expect.stringContaining(code),
    details: { isConfigured: false },
  });
  expect([readdirSync(from), existsSync(to)]).toEqual([['a'], false]);
});

test.each([
  ['.datastore.lock', false],
  ['.datastore-staging/lock', true],
] as const)('%s of another goes with no folder of which we have no lock', async (name, isRoot) => {
  const { from, parts } = refusing('EACCES', isRoot);
  const lock = path.join(from, name);
  const { files } = parts;
  const writeConfig: typeof files.writeConfig = async (changes) => {
    mkdirSync(path.dirname(lock), { recursive: true });
    writeFileSync(lock, 'theirs');
    return files.writeConfig(changes);
  };
  const { notes } = await runSetup({ ...parts, files: { ...files, writeConfig } }, OPTIONS);
  expect(readFileSync(lock, 'utf8')).toBe('theirs');
  expect(notes).toContain(`${from} stays: it still has ${name}, which no rule brings along.`);
});
