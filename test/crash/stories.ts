import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { SyncOptions } from '../../src/engine/datastore.ts';
import { beginLife } from './life.ts';
import type { Place, World } from './world.ts';

/** One cycle that is to be cut off at every call, and what must come of it, whenever that was. */
export interface Story {
  readonly name: string;
  /** Everything before the cycle. */
  readonly prepare: (world: World) => Promise<void>;
  readonly options?: SyncOptions;
  /** Each process of Bob takes back his latest sync before it syncs. */
  readonly undoes?: boolean;
  /** `linked` where there are hard links, else `copied`; told twice with `both`. */
  readonly bringsIn?: 'linked' | 'copied' | 'both';
  /** Both folders and the remote in the end; of a conflict copy `.conflict` stands for its stamp. */
  readonly expected: Readonly<Record<string, string>>;
  /** Contents that must be in a folder or in the history all the time. */
  readonly precious: readonly string[];
  /** Paths that are held back as conflicts, in Bob's folder: path to what he has there. */
  readonly held?: Readonly<Record<string, string>>;
  /** Paths of which a report may say that something about them is for a person to look at. */
  readonly mentioned?: readonly string[];
}

const START = { 'a.txt': 'a1', 'b/b.txt': 'b1', 'b/c/c.txt': 'c1', 'd.txt': 'd1', 'e/e.txt': 'e1' };

/** Several chunks, no two alike, that are worth compressing; and a change in the middle of it. */
const LARGE = Array.from({ length: 14 }, (_, nth) => `${'='.repeat(30)} ${nth} ${(nth * 7919) % 997}`).join('\n');
const EDITED = `${LARGE.slice(0, 200)}inserted${LARGE.slice(200)}appended`;

const EVERYDAY: readonly Story[] = [
  {
    name: 'first push',
    async prepare({ bob }) {
      save(bob, { ...START, 'empty.txt': '' });
      chmodSync(at(bob, 'a.txt'), 0o755);
    },
    expected: { ...START, 'empty.txt': '' },
    precious: [...Object.values(START), ''],
  },
  {
    name: 'pull: replace, delete, rename, add',
    bringsIn: 'both',
    async prepare(world) {
      await inStep(world);
      save(world.alice, { 'a.txt': 'a2', 'new/deep/n.txt': 'n1' });
      remove(world.alice, 'b/c/c.txt');
      move(world.alice, 'd.txt', 'moved/d.txt');
      await sync(world, world.alice);
    },
    expected: { 'a.txt': 'a2', 'b/b.txt': 'b1', 'e/e.txt': 'e1', 'moved/d.txt': 'd1', 'new/deep/n.txt': 'n1' },
    precious: [...Object.values(START), 'a2', 'n1'],
  },
  {
    name: 'push: edit, add, delete, rename',
    async prepare(world) {
      await bothHaveWritten(world);
      save(world.bob, { 'a.txt': 'a2', 'new/n.txt': 'n1' });
      remove(world.bob, 'b/c/c.txt');
      move(world.bob, 'd.txt', 'moved/d.txt');
    },
    expected: { 'a.txt': 'a2', 'b/b.txt': 'b1', 'e/e.txt': 'e1', 'moved/d.txt': 'd1', 'new/n.txt': 'n1' },
    precious: [...Object.values(START), 'a2', 'n1'],
  },
  {
    name: 'push: a part of a large file',
    async prepare(world) {
      await bothHaveWritten(world);
      save(world.bob, { 'large.txt': LARGE });
      await sync(world, world.bob);
      save(world.bob, { 'large.txt': EDITED });
    },
    expected: { ...START, 'large.txt': EDITED },
    precious: [...Object.values(START), LARGE, EDITED],
  },
  {
    name: 'pull: a part of a large file',
    async prepare(world) {
      await bothHaveWritten(world);
      save(world.alice, { 'large.txt': LARGE });
      await sync(world, world.alice);
      await sync(world, world.bob);
      save(world.alice, { 'large.txt': EDITED });
      await sync(world, world.alice);
    },
    expected: { ...START, 'large.txt': EDITED },
    precious: [...Object.values(START), LARGE, EDITED],
  },
  {
    name: 'both directions, a conflict held back',
    async prepare(world) {
      await bothHaveWritten(world);
      save(world.alice, { 'a.txt': 'a-alice', 'b/b.txt': 'b2' });
      await sync(world, world.alice);
      save(world.bob, { 'a.txt': 'a-bob', 'd.txt': 'd2' });
    },
    expected: { ...START, 'a.txt': 'a-alice', 'b/b.txt': 'b2', 'd.txt': 'd2' },
    precious: [...Object.values(START), 'a-alice', 'a-bob', 'b2', 'd2'],
    held: { 'a.txt': 'a-bob' },
  },
  {
    name: 'a conflict copy, and a folder that becomes a file',
    bringsIn: 'both',
    async prepare(world) {
      await bothHaveWritten(world);
      save(world.alice, { 'a.txt': 'a-alice' });
      remove(world.alice, 'e/e.txt');
      rmSync(at(world.alice, 'e'), { recursive: true, force: true });
      save(world.alice, { e: 'now a file' });
      await sync(world, world.alice);
      save(world.bob, { 'a.txt': 'a-bob' });
    },
    options: { onConflict: 'both' },
    expected: {
      'a.txt': 'a-alice',
      'a.conflict.txt': 'a-bob',
      'b/b.txt': 'b1',
      'b/c/c.txt': 'c1',
      'd.txt': 'd1',
      e: 'now a file',
    },
    precious: [...Object.values(START), 'a-alice', 'a-bob', 'now a file'],
  },
];

const UNDONE: Story = {
  name: 'undo of a pull, and the sync that sends it',
  bringsIn: 'both',
  undoes: true,
  async prepare(world) {
    await bothHaveWritten(world);
    save(world.alice, { 'a.txt': 'a2', 'n.txt': 'n1' });
    remove(world.alice, 'b/c/c.txt');
    remove(world.alice, 'd.txt');
    await sync(world, world.alice);
    await sync(world, world.bob);
  },
  expected: { ...START, 'n.txt': 'n1' },
  precious: [...Object.values(START), 'a2', 'n1'],
};

const inBothWays = (story: Story): readonly Story[] =>
  story.bringsIn === 'both'
    ? [
        { ...story, bringsIn: 'linked' },
        { ...story, bringsIn: 'copied', name: `no hard links: ${story.name}` },
      ]
    : [story];

/** Cycles of everyday life. */
export const STORIES: readonly Story[] = [...EVERYDAY, UNDONE].flatMap(inBothWays);

const RETURNS: readonly Story[] = [
  {
    name: 'recovery of a pull that died between moving aside and linking in',
    bringsIn: 'both',
    async prepare(world) {
      await inStep(world);
      save(world.alice, { 'a.txt': 'a2', 'b/b.txt': 'b2' });
      remove(world.alice, 'd.txt');
      await sync(world, world.alice);
      await dieAt(world, (label) => label.startsWith('renameSync') && label.includes('/b/b.txt'));
      mustBeAbsent(world.bob, 'b/b.txt');
    },
    expected: { 'a.txt': 'a2', 'b/b.txt': 'b2', 'b/c/c.txt': 'c1', 'e/e.txt': 'e1' },
    precious: [...Object.values(START), 'a2', 'b2'],
  },
  {
    name: 'recovery of a pull that died, with a version written late into the replaced file',
    async prepare(world) {
      await bothHaveWritten(world);
      save(world.alice, { 'a.txt': 'a2' });
      await sync(world, world.alice);
      await dieAt(world, (label) => label.startsWith('linkSync') && label.endsWith('/a.txt'));
      const aside = asides(world.bob).find((file) => file.endsWith('/a.txt'));
      if (aside === undefined) throw new Error('nothing was moved aside');
      writeFileSync(aside, 'written late');
    },
    expected: { ...START, 'a.txt': 'a2', 'a.conflict.txt': 'written late' },
    precious: [...Object.values(START), 'a2', 'written late'],
    mentioned: ['a.txt'],
  },
  {
    name: 'recovery of a push that died when its swap was in',
    async prepare(world) {
      await bothHaveWritten(world);
      save(world.bob, { 'a.txt': 'a2', 'n.txt': 'n1' });
      remove(world.bob, 'd.txt');
      await dieAt(world, (label) => label === 'put head.json');
      // A colleague takes it back: that is a change of hers, and none of Bob's.
      await sync(world, world.alice);
      save(world.alice, { 'a.txt': 'a1', 'd.txt': 'd1' });
      remove(world.alice, 'n.txt');
      await sync(world, world.alice);
    },
    expected: START,
    precious: [...Object.values(START), 'a2', 'n1'],
  },
  ...(['day', 'two weeks'] as const).map(
    (time): Story => ({
      name: time === 'day' ? 'a day later: what is kept is looked at' : 'two weeks later: what was kept goes',
      async prepare(world) {
        await inStep(world);
        save(world.alice, { 'a.txt': 'a2' });
        remove(world.alice, 'b/c/c.txt');
        await sync(world, world.alice);
        await sync(world, world.bob);
        age(world.bob, time);
      },
      expected: { 'a.txt': 'a2', 'b/b.txt': 'b1', 'd.txt': 'd1', 'e/e.txt': 'e1' },
      precious: [...Object.values(START), 'a2'],
    }),
  ),
];

/** The next start, which may die as well. */
export const RECOVERIES: readonly Story[] = RETURNS.flatMap(inBothWays);

/** Both places are in step. */
async function inStep(world: World): Promise<void> {
  save(world.alice, START);
  await sync(world, world.alice);
  await sync(world, world.bob);
}

/** … and Bob has written before: his store is known to be safe. */
async function bothHaveWritten(world: World): Promise<void> {
  await inStep(world);
  save(world.bob, { 'warm.txt': 'w' });
  await sync(world, world.bob);
  remove(world.bob, 'warm.txt');
  await sync(world, world.bob);
  await sync(world, world.alice);
}

async function sync(world: World, place: Place): Promise<void> {
  const lived = await world.cycle(place, beginLife());
  if (lived === null || lived.report.problems.length > 0 || lived.report.conflicts.length > 0)
    throw new Error(`${place.name} could not prepare: ${JSON.stringify(lived?.report)}`);
}

/** Bob's process ends when the first call that matches is done. */
async function dieAt(world: World, matches: (label: string) => boolean): Promise<void> {
  const life = beginLife(matches);
  if ((await world.cycle(world.bob, life)) !== null) throw new Error('it lived on');
}

/** Old enough to be known by its stamp, so that how long a test takes changes nothing. */
const WRITTEN = new Date('2026-01-02T03:04:05Z');

export function save(place: Place, files: Readonly<Record<string, string>>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(at(place, file)), { recursive: true });
    writeFileSync(at(place, file), content);
    utimesSync(at(place, file), WRITTEN, WRITTEN);
  }
}

const remove = (place: Place, file: string): void => rmSync(at(place, file));

function move(place: Place, from: string, to: string): void {
  mkdirSync(path.dirname(at(place, to)), { recursive: true });
  renameSync(at(place, from), at(place, to));
}

function mustBeAbsent(place: Place, file: string): void {
  if (filesOf(place)[file] !== undefined) throw new Error(`${file} should be aside`);
}

const at = (place: Place, file: string): string => path.join(place.root, file);

/** Every file of the shared folder but staging: path to content. */
export function filesOf({ root }: Place): Record<string, string> {
  return Object.fromEntries(
    below(root)
      .filter((file) => !file.startsWith('.datastore-staging'))
      .map((file) => [file, readFileSync(path.join(root, file), 'utf8')]),
  );
}

/** So long, and an hour, pass for everything in the staging folder. */
export function age({ root }: Place, time: 'day' | 'two weeks'): void {
  const staging = path.join(root, '.datastore-staging');
  const then = Date.now() / 1000 - (time === 'day' ? 25 : 14 * 24 + 1) * 3600;
  for (const name of readdirSync(staging)) utimesSync(path.join(staging, name), then, then);
}

/** Paths that a run was about to fill again, and has moved aside, by its own notes. */
export function emptiedPaths(place: Place): string[] {
  const files = filesOf(place);
  return asides(place).flatMap((file) => {
    const [, run = '', , , ...names] = path.relative(place.root, file).split('/');
    const at = names.join('/');
    const notes = path.join(place.root, '.datastore-staging', run, 'intents.jsonl');
    const last = readFileSync(notes, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as { path: string; becomes: string | null })
      .findLast((intent) => intent.path === at);
    return files[at] === undefined && last !== undefined && last.becomes !== null ? [at] : [];
  });
}

/** Absolute paths of what was moved aside and is kept. */
export function asides({ root }: Place): string[] {
  return below(root)
    .filter((file) => file.startsWith('.datastore-staging') && file.split('/')[2] === 'aside')
    .map((file) => path.join(root, file));
}

function below(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .toSorted();
}
