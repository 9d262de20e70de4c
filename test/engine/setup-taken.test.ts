import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SyncError } from '../../src/core/errors.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import type { SetupParts } from '../../src/engine/setup/setup-ports.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* A source that is deleted file by file: each time it is asked whether that may go on. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };
const FILES = 20;

function moving() {
  const world = openWorld();
  const [from, to] = [path.join(world.top, 'x'), path.join(world.top, 'y')];
  mkdirSync(path.join(from, 'below'), { recursive: true });
  for (let index = 0; index < FILES; index += 1) writeFileSync(path.join(from, 'below', `f${index}`), `${index}`);
  const parts = world.parts(folder(from), folder(to), mortality(Number.MAX_SAFE_INTEGER));
  return { world, from, to, parts };
}

/** Does something right after so many files of a folder were moved aside. */
function afterRemoved(parts: SetupParts, at: string, count: number, act: () => unknown): SetupParts {
  let left = count;
  const open = (of: string) => {
    const files = parts.folders.open(of);
    if (of !== at) return files;
    return {
      ...files,
      async remove(...given: Parameters<typeof files.remove>) {
        const answer = await files.remove(...given);
        left -= 1;
        if (left === 0) await act();
        return answer;
      },
    };
  };
  return { ...parts, folders: { ...parts.folders, open } };
}

/** The files of a side, those that were moved aside in it, too. */
const files = (at: string): readonly string[] =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith('f'))
    .map(({ name }) => name);

test('the only copy is never deleted: what is gone at the target is put back, and said', async () => {
  const { from, to, parts } = moving();
  const gone = afterRemoved(parts, from, 5, () => renameSync(path.join(to, 'below'), path.join(to, '..', 'away')));
  await expect(runSetup(gone, OPTIONS)).rejects.toMatchObject({
    kind: 'local',
    message: expect.stringContaining('is not there as it was verified'),
    details: { isConfigured: true },
  });
  expect(readdirSync(path.join(from, 'below'))).toHaveLength(FILES - 4);
});

test.each([
  ['names another place by now', (top: string) => folder(path.join(top, 'z'))],
  ['names none any more', () => null],
])('a configuration that %s, when its turn comes: nothing goes on from that of before', async (_what, presentIn) => {
  const { world, from, to, parts } = moving();
  const changed = { ...parts, present: async () => presentIn(world.top) };
  await expect(runSetup(changed, OPTIONS)).rejects.toMatchObject({
    kind: 'locked',
    message: 'the configuration has changed meanwhile',
  });
  expect([files(from).length, existsSync(to)]).toEqual([FILES, false]);
  expect(await parts.state.read('setup.json')).toBeNull();
});

test('what was changed at the target since is no copy of it', async () => {
  const { from, to, parts } = moving();
  const change = () => {
    for (const name of files(to)) writeFileSync(path.join(to, 'below', name), 'other');
  };
  await expect(runSetup(afterRemoved(parts, from, 5, change), OPTIONS)).rejects.toMatchObject({ kind: 'local' });
  expect(readdirSync(path.join(from, 'below'))).toHaveLength(FILES - 4);
});

test('nor is the file itself, that the target still shows for a while after it was moved aside', async () => {
  const { from, to, parts } = moving();
  const aside = new Map<string, string>();
  const open = (of: string) => {
    const found = parts.folders.open(of);
    return {
      ...found,
      // As a second mount of a file server does, of which the names are remembered.
      async open(name: string) {
        const shown = of === to ? aside.get(name) : undefined;
        return shown === undefined ? found.open(name) : parts.folders.open(from).openAside(shown);
      },
      async remove(...given: Parameters<typeof found.remove>) {
        const answer = await found.remove(...given);
        if (answer.kind === 'done' && answer.aside !== null) aside.set(given[0], answer.aside);
        return answer;
      },
    };
  };
  const run = runSetup({ ...parts, folders: { ...parts.folders, open } }, OPTIONS);
  await expect(run).rejects.toMatchObject({ kind: 'local', message: expect.stringContaining('as it was verified') });
  expect(readdirSync(path.join(from, 'below'))).toHaveLength(FILES);
});

test.each([true, false])(
  'a file that both folders share is no copy, and nothing is configured; delete: %s',
  async (del) => {
    const { world, from, to, parts } = moving();
    mkdirSync(path.join(to, 'below'), { recursive: true });
    linkSync(path.join(from, 'below', 'f7'), path.join(to, 'below', 'f7'));
    await expect(runSetup(parts, { ...OPTIONS, deleteSource: del })).rejects.toMatchObject({
      kind: 'local',
      message: expect.stringContaining('below/f7'),
      details: { isConfigured: false },
    });
    expect(files(from)).toHaveLength(FILES);
    expect(readdirSync(world.workspace)).toEqual(['.git']);
  },
);

const OTHERS = { holder: 'b@h', hostname: 'h', pid: process.pid, acquiredAt: '', ttlMs: 30_000, nonce: 'theirs' };

test('a set-up that another has taken over meanwhile removes nothing more', async () => {
  const { from, parts } = moving();
  const takeOver = () => writeFileSync(parts.lockFile.path, JSON.stringify(OTHERS));
  const run = runSetup(afterRemoved(parts, from, 5, takeOver), OPTIONS);
  await expect(run).rejects.toMatchObject({ kind: 'locked', details: { isConfigured: true } });
  expect(files(from)).toHaveLength(FILES - 4);
});

test.each(['x', 'y'])('nor does one that has lost the lock of %s, before any heartbeat says so', async (side) => {
  const { world, from, parts } = moving();
  const take = async () => {
    const other = world.inPlace(folder(path.join(world.top, side)));
    const { lease } = await other.lease();
    if (lease === null) throw new Error('it holds no lock');
    await other.forceRelease(lease);
  };
  const run = runSetup(afterRemoved(parts, from, 5, take), OPTIONS);
  await expect(run).rejects.toMatchObject({ kind: 'lease-lost', details: { isConfigured: true } });
  expect(files(from)).toHaveLength(FILES - 4);
});

test('nor is a folder moved by one that was taken over', async () => {
  const { world, from, parts } = moving();
  const folders = {
    ...parts.folders,
    asides: async (of: string) => {
      writeFileSync(parts.lockFile.path, JSON.stringify(OTHERS));
      return parts.folders.asides(of);
    },
  };
  const run = runSetup({ ...parts, folders }, { ...OPTIONS, deleteSource: false });
  await expect(run).rejects.toMatchObject({ kind: 'locked' });
  expect([readdirSync(world.top).filter((name) => name.startsWith('x.')), files(from).length]).toEqual([[], FILES]);
});

test('timers fire while files are removed: so heartbeats do', async () => {
  const { from, parts } = moving();
  let [beats, seen] = [0, 0];
  // Each removal takes a moment of the processor, and none of the event loop.
  const busy = () => {
    for (const end = performance.now() + 5; performance.now() < end; );
  };
  const timer = setInterval(() => void (beats += 1), 1);
  const open = (of: string) => {
    const found = parts.folders.open(of);
    if (of !== from) return found;
    return {
      ...found,
      // Without reading, which gives the event loop its turn by chance.
      dropAsideOf: async (name: string) => found.dropAside(name).then(() => true),
      async remove(...given: Parameters<typeof found.remove>) {
        if (given[0].endsWith('f1')) beats = 0;
        busy();
        seen = beats;
        return found.remove(...given);
      },
    };
  };
  await runSetup({ ...parts, folders: { ...parts.folders, open } }, OPTIONS);
  clearInterval(timer);
  expect(seen).toBeGreaterThan(0);
});

test('stopped in the middle, it stops between two files, and says what is true', async () => {
  const { from, to, parts } = moving();
  const stop = new AbortController();
  const reason = new SyncError('cancelled', 'Stopped by SIGINT.', 'Nothing is half done.');
  const run = afterRemoved(parts, from, 5, () => stop.abort(reason));
  await expect(runSetup(run, { ...OPTIONS, signal: stop.signal })).rejects.toMatchObject({
    kind: 'cancelled',
    message: 'Stopped by SIGINT.',
    remedy: 'The configuration is written; run the same command again to finish.',
    details: { isConfigured: true },
  });
  expect(readdirSync(path.join(from, 'below')).length).toBeGreaterThanOrEqual(FILES - 5);
  await runSetup({ ...parts, from: parts.to }, OPTIONS);
  expect([readdirSync(path.dirname(from)).includes('x'), files(to).length]).toEqual([false, FILES]);
});

test('stopped before it is configured, it says that', async () => {
  const { parts } = moving();
  const stop = new AbortController();
  const files = {
    ...parts.files,
    async writeConfig(): Promise<never> {
      stop.abort(new SyncError('cancelled', 'Stopped by SIGINT.', 'Nothing is half done.'));
      throw stop.signal.reason;
    },
  };
  await expect(runSetup({ ...parts, files }, { ...OPTIONS, signal: stop.signal })).rejects.toMatchObject({
    remedy: 'The configuration is as it was; run the same command again to go on.',
  });
});

test('one that died between two files is finished by the next run', async () => {
  const { from, to, parts } = moving();
  const dead = afterRemoved(parts, from, 5, () => {
    throw new Error('dead');
  });
  await expect(runSetup(dead, OPTIONS)).rejects.toThrow('dead');
  rmSync(path.join(from, '.datastore.lock'), { force: true });
  await runSetup({ ...parts, from: parts.to }, OPTIONS);
  expect([readdirSync(path.dirname(from)).includes('x'), files(to).length]).toEqual([false, FILES]);
  expect(readFileSync(path.join(to, 'below', 'f3'), 'utf8')).toBe('3');
});
