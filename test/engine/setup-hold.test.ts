import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import type { SetupParts } from '../../src/engine/setup/setup-ports.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* Who may write to the folders between which files move, and what comes of their modes and of folders without files. */

const OPTIONS = { skipMigration: false, deleteSource: false, dryRun: false };

function moving() {
  const world = openWorld();
  const [from, to] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(from);
  for (const name of ['a', 'b']) writeFileSync(path.join(from, name), `content ${name}`);
  return { world, from, to, parts: world.parts(folder(from), folder(to), mortality(Number.MAX_SAFE_INTEGER)) };
}

/** Does something each time before a file is put into the target. */
function beforeEach(parts: SetupParts, at: string, act: () => Promise<void>): SetupParts {
  const open = (of: string) => {
    const files = parts.folders.open(of);
    if (of !== at) return files;
    return {
      ...files,
      async install(...given: Parameters<typeof files.install>) {
        await act();
        return files.install(...given);
      },
    };
  };
  return { ...parts, folders: { ...parts.folders, open } };
}

test('both folders are locked while files move, and free afterwards', async () => {
  const { world, from, to, parts } = moving();
  const seen = new Set<string>();
  await runSetup(
    beforeEach(parts, to, async () => {
      for (const at of [from, to])
        seen.add(`${path.basename(at)} ${(await world.inPlace(folder(at)).lease()).lease?.purpose}`);
    }),
    OPTIONS,
  );
  expect([...seen]).toEqual(['x setup', 'y setup']);
  expect(readdirSync(to).toSorted()).toEqual(['a', 'b']);
});

test('a target that somebody works in is left to them', async () => {
  const { world, from, to, parts } = moving();
  mkdirSync(to);
  const held = await world.inPlace(folder(to)).acquire({ purpose: 'make', waitMs: 0 });
  onTestFinished(() => held.release());
  const impatient = { ...parts, to: { ...parts.to, lock: { ...parts.to.lock, waitMs: 0 } } };
  await expect(runSetup(impatient, OPTIONS)).rejects.toMatchObject({
    kind: 'locked',
    message: expect.stringContaining('make'),
    details: { isConfigured: false },
  });
  expect([readdirSync(to), readdirSync(from).toSorted()]).toEqual([['.datastore.lock'], ['a', 'b']]);
});

test('a target that another takes meanwhile is written to no more', async () => {
  const { world, to, parts } = moving();
  const lost = beforeEach(parts, to, async () => {
    const other = world.inPlace(folder(to));
    const { lease } = await other.lease();
    if (lease !== null) await other.forceRelease(lease);
    // Until the next heartbeat has found out.
    await new Promise((resolve) => setTimeout(resolve, 700));
  });
  await expect(runSetup(lost, OPTIONS)).rejects.toMatchObject({ kind: 'lease-lost', details: { isConfigured: false } });
  expect(existsSync(path.join(world.workspace, '.datastore.yaml'))).toBe(false);
});

test('two set-ups into one folder: one after the other, and nothing of either is lost', async () => {
  const { world, from, to, parts } = moving();
  const other = openWorld();
  const theirs = path.join(other.workspace, 'z');
  mkdirSync(theirs);
  writeFileSync(path.join(theirs, 'c'), 'content c');
  const second = other.parts(folder(theirs), folder(to), mortality(Number.MAX_SAFE_INTEGER));
  const busy = new Set<string>();
  const watched = (name: string, of: SetupParts) =>
    beforeEach(of, to, async () => {
      busy.add(name);
      expect([...busy]).toEqual([name]);
    });
  const done = (name: string, of: SetupParts) => runSetup(watched(name, of), OPTIONS).finally(() => busy.delete(name));
  await Promise.all([done('one', parts), done('two', second)]);
  expect(readdirSync(to).toSorted()).toEqual(['a', 'b', 'c']);
  expect([existsSync(from), existsSync(theirs), readdirSync(world.top).includes('y')]).toEqual([false, false, true]);
});

test('two set-ups across each other, each with one of the folders already, do not wait for each other for ever', async () => {
  const { world, from, to } = moving();
  mkdirSync(to);
  writeFileSync(path.join(to, 'c'), 'content c');
  const patient = (at: string) => ({ ...folder(at), lock: { ttlMs: 1000, waitMs: 600_000 } });
  const [x, y] = [patient(from), patient(to)];
  const there = world.parts(x, y, mortality(Number.MAX_SAFE_INTEGER));
  const back = openWorld().parts(y, x, mortality(Number.MAX_SAFE_INTEGER));
  let meet = (): void => {};
  const met = new Promise<void>((resolve) => {
    meet = resolve;
  });
  let have = 0;
  // As on two hosts, where no order of paths is the same.
  const meeting = (of: SetupParts): SetupParts => ({
    ...of,
    async holdFolder(...given) {
      const held = await of.holdFolder(...given);
      have += 1;
      if (have === 2) meet();
      await met;
      return held;
    },
  });
  const outcomes = await Promise.allSettled([runSetup(meeting(there), OPTIONS), runSetup(meeting(back), OPTIONS)]);
  expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
  const all = readdirSync(world.top, { recursive: true, encoding: 'utf8' }).map((name) => path.basename(name));
  expect(all).toEqual(expect.arrayContaining(['a', 'b', 'c']));
});

/** A clock on which waiting takes no time. */
function hasty(): Clock {
  let ahead = 0;
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + ahead,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      ahead += ms;
      await systemClock.sleep(0);
    },
  };
}

const OTHERS = { holder: 'b@other', hostname: 'other', pid: 1, acquiredAt: '', ttlMs: 30_000, nonce: 'theirs' };

test('a set-up that died on another host is waited for once, which is said, and taken over', async () => {
  const { to, parts } = moving();
  writeFileSync(parts.lockFile.path, JSON.stringify(OTHERS));
  const waited: string[] = [];
  await runSetup({ ...parts, clock: hasty() }, { ...OPTIONS, onWait: (who) => void waited.push(who) });
  expect([waited.length, waited[0]]).toEqual([1, expect.stringContaining('process 1 on other')]);
  expect(readdirSync(to).toSorted()).toEqual(['a', 'b']);
});

test('a set-up at work on another host is left to it as soon as it is seen to live', async () => {
  const { from, parts } = moving();
  const file = parts.lockFile.path;
  writeFileSync(file, JSON.stringify(OTHERS));
  const beats = (): void => writeFileSync(file, JSON.stringify({ ...OTHERS, renewedAt: 'now' }));
  await expect(runSetup({ ...parts, clock: hasty() }, { ...OPTIONS, onWait: beats })).rejects.toMatchObject({
    kind: 'locked',
    message: expect.stringContaining('another set-up of this workspace'),
  });
  expect(readdirSync(from).toSorted()).toEqual(['a', 'b']);
});

test('permission bits come along, and a private file stays private', async () => {
  const { from, to, parts } = moving();
  const modes = { a: 0o600, b: 0o754 };
  for (const [name, mode] of Object.entries(modes)) chmodSync(path.join(from, name), mode);
  await runSetup(parts, OPTIONS);
  for (const [name, mode] of Object.entries(modes)) expect(statSync(path.join(to, name)).mode & 0o777).toBe(mode);
});

test.each([false, true])(
  'what comes to the source under a name that cannot be kept stops it; configured by then: %s',
  async (isConfigured) => {
    const { from, parts } = moving();
    const { files, ...rest } = parts;
    const name = Buffer.concat([Buffer.from(`${from}/`), Buffer.from([0xff])]);
    const late = {
      ...files,
      async writeConfig(...given: Parameters<typeof files.writeConfig>) {
        writeFileSync(name, 'x');
        return files.writeConfig(...given);
      },
    };
    const run = isConfigured
      ? { ...rest, files: late }
      : beforeEach(parts, parts.folderOf(parts.to), async () => writeFileSync(name, 'x'));
    await expect(runSetup(run, { ...OPTIONS, deleteSource: true })).rejects.toMatchObject({
      kind: 'local',
      message: expect.stringContaining('cannot be taken along'),
      details: { isConfigured },
    });
    expect(readFileSync(name, 'utf8')).toBe('x');
  },
);
