import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import type { SetupParts } from '../../src/engine/setup/setup-ports.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* What is written to the source while it is taken away. */

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };
const LIFE = () => mortality(Number.MAX_SAFE_INTEGER);

function moving() {
  const world = openWorld();
  const [from, to] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(from);
  for (const name of ['a', 'b']) writeFileSync(path.join(from, name), `content ${name}`);
  const parts = world.parts(folder(from), folder(to), LIFE());
  return { world, from, to, parts };
}

/** Something that a program does right before, or right after, the file `a` is removed from the source, once. */
function around({ folders, ...rest }: SetupParts, at: string, act: { before?: () => void; after?: () => void }) {
  const waits = { ...act };
  const once = (when: 'before' | 'after') => {
    const done = waits[when];
    delete waits[when];
    done?.();
  };
  const open = (of: string) => {
    const files = folders.open(of);
    if (of !== at) return files;
    return {
      ...files,
      async remove(...[name, stamp]: Parameters<typeof files.remove>) {
        if (name === 'a') once('before');
        const answer = await files.remove(name, stamp);
        if (name === 'a') once('after');
        return answer;
      },
    };
  };
  return { ...rest, folders: { ...folders, open } };
}

/** All that is left of both sides, the staging folders too. */
const contents = (...folders: string[]): readonly string[] =>
  folders
    .filter((at) => existsSync(at))
    .flatMap((at) => readdirSync(at, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'));

test('bytes written through an open file after it was removed are never deleted', async () => {
  const { from, to, parts } = moving();
  const handle = openSync(path.join(from, 'a'), 'a');
  onTestFinished(() => closeSync(handle));
  await runSetup(around(parts, from, { after: () => void writeSync(handle, ' and more') }), OPTIONS).catch(() => null);
  expect(contents(from, to)).toContain('content a and more');
});

test('a file that is saved right before it is removed is never deleted', async () => {
  const { from, to, parts } = moving();
  await runSetup(
    around(parts, from, { before: () => appendFileSync(path.join(from, 'a'), ' and more') }),
    OPTIONS,
  ).catch(() => null);
  expect(contents(from, to)).toContain('content a and more');
});

test('bytes written to where a file was read already, while the rest of it is read, are never deleted', async () => {
  const { from, to, parts } = moving();
  const handle = openSync(path.join(from, 'a'), 'r+');
  onTestFinished(() => closeSync(handle));
  writeSync(handle, Buffer.alloc(1 << 20, 'x'), 0, undefined, 0);
  let isWritten = false;
  const open = (of: string) => {
    const files = parts.folders.open(of);
    return {
      ...files,
      async dropAsideOf(...given: Parameters<typeof files.dropAsideOf>) {
        if (given[0].endsWith('/a') && !isWritten) {
          isWritten = true;
          await afterReads(3, () => void writeSync(handle, 'late', 0));
        }
        return files.dropAsideOf(...given);
      },
    };
  };
  await runSetup({ ...parts, folders: { ...parts.folders, open } }, OPTIONS).catch(() => null);
  expect(isWritten).toBe(true);
  expect(contents(from, to).filter((text) => text.startsWith('late'))).not.toEqual([]);
});

/** Acts after so many more pieces were read of whatever file. */
async function afterReads(pieces: number, act: () => void): Promise<void> {
  const file = await openFile('/dev/null');
  const methods = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  const real = methods as unknown as { read: (this: unknown, ...given: readonly unknown[]) => Promise<unknown> };
  const { read } = real;
  let left = pieces;
  const spy = vi.spyOn(real, 'read').mockImplementation(async function (this: unknown, ...given) {
    const answer = await read.apply(this, given);
    left -= 1;
    if (left === 0) act();
    return answer;
  });
  onTestFinished(() => spy.mockRestore());
}

test('a file that takes the place of one that was written to meanwhile costs neither', async () => {
  const { from, to, parts } = moving();
  const handle = openSync(path.join(from, 'a'), 'a');
  onTestFinished(() => closeSync(handle));
  const both = () => {
    writeSync(handle, ' and more');
    writeFileSync(path.join(from, 'a'), 'another');
  };
  for (const run of [around(parts, from, { after: both }), parts]) {
    await expect(runSetup(run, OPTIONS)).rejects.toMatchObject({ kind: 'local' });
    expect(contents(from, to)).toEqual(expect.arrayContaining(['content a and more', 'another']));
  }
});

const KEPT = { ...OPTIONS, deleteSource: false };

test('a file that comes after all was verified is brought along', async () => {
  const { from, to, parts } = moving();
  const { files, ...rest } = parts;
  const late = {
    ...files,
    async writeConfig(...given: Parameters<typeof files.writeConfig>) {
      writeFileSync(path.join(from, 'late'), 'late');
      return files.writeConfig(...given);
    },
  };
  await runSetup({ ...rest, files: late }, KEPT);
  expect(readFileSync(path.join(to, 'late'), 'utf8')).toBe('late');
  expect(existsSync(from)).toBe(false);
});

test('a source that is written to without end stays, is named, and is gone on with', async () => {
  const { from, to, parts, world } = moving();
  const folders = {
    ...parts.folders,
    asides: async (of: string) => {
      if (of === from) writeFileSync(path.join(from, 'a'), `${readFileSync(path.join(from, 'a'), 'utf8')}!`);
      return parts.folders.asides(of);
    },
    open: (of: string) => {
      const found = parts.folders.open(of);
      if (of !== to) return found;
      return {
        ...found,
        install: async (...given: Parameters<typeof found.install>) => {
          if (existsSync(path.join(world.workspace, '.datastore.yaml'))) appendFileSync(path.join(from, 'a'), '!');
          return found.install(...given);
        },
      };
    },
  };
  await expect(runSetup({ ...parts, folders }, KEPT)).rejects.toMatchObject({ kind: 'local' });
  await runSetup({ ...parts, from: parts.to }, KEPT);
  expect(readFileSync(path.join(to, 'a'), 'utf8')).toMatch(/^content a!+$/);
  expect(existsSync(from)).toBe(false);
});

test.each([true, false])(
  'what was deleted at the new place stays so when it is gone on with, delete: %s',
  async (del) => {
    const { from, to, parts, world } = moving();
    const options = { ...OPTIONS, deleteSource: del };
    const dies = async (): Promise<never> => {
      throw new Error('dead');
    };
    await expect(runSetup({ ...parts, files: { ...parts.files, ignore: dies } }, KEPT)).rejects.toThrow('dead');
    rmSync(path.join(to, 'a'));
    const { notes } = await runSetup({ ...parts, from: parts.to }, options);
    expect(notes.join()).toContain('alone has 1 file in the version of before');
    expect(contents(to)).toEqual(['content b']);
    expect(contents(world.workspace)).toContain('content a');
    expect(existsSync(from)).toBe(false);
  },
);

test('a folder that alone has files which no rule brings along is not called one to delete', async () => {
  const { from, parts, world } = moving();
  mkdirSync(path.join(from, 'tmp'));
  for (const name of ['x.tmp', 'tmp/y']) writeFileSync(path.join(from, name), '');
  symlinkSync('a', path.join(from, 'link'));
  const excluded = { ...folder(from), exclude: ['*.tmp', 'tmp/'] };
  const report = await runSetup({ ...parts, from: excluded, to: { ...parts.to, exclude: excluded.exclude } }, KEPT);
  expect(report.done).toContainEqual({ kind: 'clean-up', text: expect.stringMatching(/ moved to \S+$/) });
  expect(report.notes).toContainEqual(
    expect.stringMatching(
      /\/x\.20\S+ alone has 3 files left out by rule \(what is excluded, links, git's own, versions kept aside\): /,
    ),
  );
  expect(contents(world.workspace)).toEqual(expect.arrayContaining(['content a', 'content b']));
});

test('copying from folder to folder is called so', async () => {
  const { parts } = moving();
  const phases = new Set<string>();
  await runSetup(parts, { ...KEPT, onProgress: ({ phase }) => phases.add(phase) });
  expect([...phases]).toEqual(['copying']);
});

test('a set-up from elsewhere is no going on, and a refused one forgets nothing', async () => {
  const { from, to, parts, world } = moving();
  const dies = async (): Promise<never> => {
    throw new Error('dead');
  };
  const dead = { ...parts, files: { ...parts.files, writeConfig: dies } };
  await expect(runSetup(dead, KEPT)).rejects.toThrow('dead');
  const before = await parts.state.read('setup.json');
  const below = world.parts(folder(from), folder(path.join(from, 'below')), mortality(Number.MAX_SAFE_INTEGER));
  await expect(runSetup(below, KEPT)).rejects.toMatchObject({ kind: 'usage' });
  expect(await parts.state.read('setup.json')).toEqual(before);
  const other = path.join(world.workspace, 'z');
  mkdirSync(other);
  writeFileSync(path.join(other, 'c'), 'content c');
  await runSetup(world.parts(folder(other), folder(to), mortality(Number.MAX_SAFE_INTEGER)), KEPT);
  expect([existsSync(from), existsSync(other)]).toEqual([true, false]);
});

test('a dry run while a set-up is at work takes nothing of it away', async () => {
  const { from, to, parts } = moving();
  const open = (of: string) => {
    const files = parts.folders.open(of);
    return {
      ...files,
      async install(...given: Parameters<typeof files.install>) {
        await runSetup(parts, { ...KEPT, dryRun: true });
        return files.install(...given);
      },
    };
  };
  await runSetup({ ...parts, folders: { ...parts.folders, open } }, KEPT);
  expect(contents(to)).toEqual(['content a', 'content b']);
  expect(existsSync(from)).toBe(false);
});

test.each([true, false])(
  'a folder that git would see under another name stays where it is; below the workspace: %s',
  async (isInside) => {
    const { from, world } = moving();
    const to = path.join(world.workspace, 'y');
    mkdirSync(path.join(world.workspace, '.gitignore'));
    const outside = path.join(world.top, 'z');
    if (!isInside) renameSync(from, outside);
    const at = isInside ? from : outside;
    const report = await runSetup(world.parts(folder(at), folder(to), mortality(Number.MAX_SAFE_INTEGER)), KEPT);
    expect(report.notes).toContainEqual(expect.stringContaining('.gitignore'));
    expect(existsSync(at)).toBe(isInside);
    expect(readdirSync(to).toSorted()).toEqual(['a', 'b']);
    expect(report.notes.includes(`${at} stays where it was: under another name git would see it.`)).toBe(isInside);
  },
);

test.each([true, false])('whoever reads the folder in .swamp.yaml is told that it is gone; delete: %s', async (del) => {
  const world = openWorld();
  const [from, to] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(from);
  writeFileSync(path.join(from, 'a'), 'a');
  const parts = world.parts({ ...folder(from), source: '.swamp.yaml' }, folder(to), LIFE());
  const { notes } = await runSetup(parts, { ...OPTIONS, deleteSource: del });
  expect(notes).toContain(
    `.swamp.yaml still leads to ${from}, which is not there any more: other tools that read it need a new path there.`,
  );
});

test.each([
  ['.swamp.yaml names, and that stays', '.swamp.yaml', { skipMigration: true, deleteSource: false }],
  ['.swamp.yaml does not name', '.datastore.yaml', OPTIONS],
])('of a folder that %s, it is not told', async (_what, source, how) => {
  const world = openWorld();
  const [from, to] = [path.join(world.workspace, 'x'), path.join(world.top, 'y')];
  mkdirSync(from);
  writeFileSync(path.join(from, 'a'), 'a');
  const parts = world.parts({ ...folder(from), source }, folder(to), LIFE());
  expect((await runSetup(parts, { ...OPTIONS, ...how })).notes.join()).not.toContain('still leads');
});
