import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everyEntry } from '../support/every-entry.ts';
import { BUCKET, openRig, type Rig } from './harness.ts';
import { objects } from './sides.ts';

/* A dry run of a set-up ends as the real one does, and changes nothing. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterAll(() => rig.close());

const s3 = (prefix: string): string[] => {
  const { endpoint, region } = rig.place;
  return ['s3', '--bucket', BUCKET, '--prefix', prefix, '--endpoint', endpoint, '--region', region, '--root', 'data'];
};

/** A workspace with these files; what `.datastore.yaml` says, if it is to say anything. */
async function having(files: Record<string, string>, yaml?: string): Promise<string> {
  const workspace = await mkdtemp(path.join(rig.folder, 'dry-'));
  mkdirSync(path.join(workspace, '.git'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
    writeFileSync(path.join(workspace, name), text);
  }
  if (yaml !== undefined) await writeFile(path.join(workspace, '.datastore.yaml'), yaml);
  return workspace;
}

/** A bucket's prefix with these files. */
async function sharing(prefix: string, files: Record<string, string>): Promise<string> {
  const there = await rig.workspace(prefix, files);
  expect((await rig.cli(there, ['sync'])).code).toBe(0);
  return there;
}

interface Story {
  readonly prefix: string;
  readonly code: number;
  readonly conflicts: readonly string[];
  readonly problems: readonly string[];
  readonly isStopped: boolean;
  begin: () => Promise<{ readonly workspace: string; readonly to: readonly string[] }>;
}

const NONE = { conflicts: [], problems: [], isStopped: false };

const stories: Record<string, Story> = {
  'the root differs from what the bucket has': {
    ...NONE,
    prefix: 'root-differs',
    code: 3,
    conflicts: ['other'],
    async begin() {
      await sharing('root-differs', { other: 'theirs', equal: 'E' });
      return { workspace: await having({ 'data/other': 'mine', 'data/equal': 'E' }), to: s3('root-differs') };
    },
  },
  'a folder that is moved differs from what the bucket has': {
    ...NONE,
    prefix: 'moved-differs',
    code: 3,
    conflicts: ['other'],
    async begin() {
      await sharing('moved-differs', { other: 'theirs', equal: 'E' });
      return { workspace: await having({ '.swamp/other': 'mine', '.swamp/equal': 'E' }), to: s3('moved-differs') };
    },
  },
  'a folder has other contents at the same path': {
    ...NONE,
    prefix: 'folder-differs',
    code: 3,
    conflicts: ['a'],
    isStopped: true,
    async begin() {
      const workspace = await having({ '.swamp/a': 'mine', '.swamp/b': 'B', 'place/a': 'them', 'place/b': 'B' });
      return { workspace, to: ['filesystem', '--path', 'place'] };
    },
  },
  'the root has other contents than the folder that is moved there': {
    ...NONE,
    prefix: 'root-taken',
    code: 3,
    conflicts: ['a'],
    isStopped: true,
    async begin() {
      return { workspace: await having({ '.swamp/a': 'mine', 'data/a': 'them' }), to: s3('root-taken') };
    },
  },
  'conflicts with the old bucket': {
    ...NONE,
    prefix: 'old-new',
    code: 3,
    conflicts: ['a'],
    isStopped: true,
    async begin() {
      const [one, other] = [await sharing('old', { a: '1' }), await rig.workspace('old')];
      expect((await rig.cli(other, ['sync'])).code).toBe(0);
      writeFileSync(path.join(one, 'data/a'), '2');
      expect((await rig.cli(one, ['sync'])).code).toBe(0);
      writeFileSync(path.join(other, 'data/a'), 'three');
      return { workspace: other, to: s3('old-new') };
    },
  },
  'what comes from the old bucket differs from what the new one has': {
    ...NONE,
    prefix: 'second',
    code: 3,
    conflicts: ['a'],
    async begin() {
      await sharing('first', { a: 'one' });
      await sharing('second', { a: 'other' });
      return { workspace: await rig.workspace('first'), to: s3('second') };
    },
  },
  'the old bucket was emptied': {
    ...NONE,
    prefix: 'after-emptied',
    code: 6,
    async begin() {
      const [one, other] = [await sharing('emptied', { a: 'A', b: 'B', c: 'C' }), await rig.workspace('emptied')];
      expect((await rig.cli(other, ['sync'])).code).toBe(0);
      for (const name of ['a', 'b', 'c']) rmSync(path.join(one, `data/${name}`));
      const gone = await rig.cli(one, ['sync', '--allow-mass-delete', '--json']);
      expect(gone.code).toBe(0);
      return { workspace: other, to: s3('after-emptied') };
    },
  },
  'a file that looks like credentials': {
    ...NONE,
    prefix: 'secret',
    code: 1,
    problems: ['.env'],
    begin: async () => ({ workspace: await having({ '.swamp/.env': 'x', '.swamp/a': 'A' }), to: s3('secret') }),
  },
  'a name that cannot be taken along': {
    ...NONE,
    prefix: 'name',
    code: 1,
    begin: async () => ({
      workspace: await having({ '.swamp/a:b': 'x', '.swamp/a': 'A' }),
      to: ['filesystem', '--path', 'place'],
    }),
  },
  'nothing in the way': {
    ...NONE,
    code: 0,
    prefix: 'free',
    begin: async () => ({ workspace: await having({ '.swamp/a': 'A' }), to: s3('free') }),
  },
};

test.each(Object.entries(stories))('%s', async (_what, { prefix, begin, ...expected }) => {
  const { workspace, to } = await begin();
  const machine = () => [workspace, path.join(rig.folder, 'state')].map(everyEntry);
  const before = [machine(), await objects(rig.place, prefix)];
  const dry = await rig.cli(workspace, ['setup', ...to, '--dry-run', '--json']);
  expect(summary(dry)).toEqual(expected);
  expect([machine(), await objects(rig.place, prefix)]).toEqual(before);
  await rig.knowStore(workspace, prefix);
  expect(summary(await rig.cli(workspace, ['setup', ...to, '--json']))).toEqual(expected);
});

function summary({ code, json }: { readonly code: number | null; json: () => Record<string, unknown> }): unknown {
  const { conflicts = [], problems = [], stopped = null } = json();
  const paths = (problems as readonly { readonly path: string }[]).map(({ path: at }) => at);
  return { code, conflicts, problems: paths, isStopped: stopped !== null };
}

test('what is counted as set up is what the bucket has, and what waits is said beside it', async () => {
  await sharing('counted', { a: 'A', other: 'theirs' });
  const workspace = await having({ 'data/a': 'A', 'data/b': 'B', 'data/other': 'mine', 'data/.env': 'x' });
  await rig.knowStore(workspace, 'counted');
  const ended = await rig.cli(workspace, ['setup', ...s3('counted')]);
  expect(ended.code).toBe(1);
  // Equal files may be of another time.
  expect(ended.stderr).toMatch(
    /✓ 2 files \(2 B\) equal on both sides, every byte read again;(?: 1 equal file kept another time there;)? 1 conflict held back: each side keeps its own version; 1 file held back here\n/,
  );
  for (const part of ['conflict  other', 'Decide each: datastore resolve', 'Set up: 3 files, 8 B.'])
    expect(ended.stdout).toContain(part);
});

test('a mistake that is found at once has changed nothing, and says so', async () => {
  const workspace = await having({ 'data/a': 'A' });
  const to = s3('nowhere').map((word) => (word === BUCKET ? 'nowhere-at-all' : word));
  const ended = await rig.cli(workspace, ['setup', ...to]);
  expect(ended.stderr).toContain(
    'Nothing was changed.\ndatastore: the bucket "nowhere-at-all" does not exist.\nCreate the bucket, or name another.\n',
  );
});
