import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { verifyRemote } from '../support/verify-remote.ts';
import { deathsFor, type Selection } from './deaths.ts';
import type { DiskTap } from './disk-tap.ts';
import { beginLife, type CallKind, countsOf } from './life.ts';
import { age, asides, emptiedPaths, filesOf, type Story, save } from './stories.ts';
import { type Lived, openWorld, type World } from './world.ts';

/** Points of one story: as many as a run of it has calls, and what became of each. */
export interface Ordeal {
  readonly story: string;
  /** Calls that the dry run made. */
  readonly calls: Readonly<Record<CallKind, number>>;
  /** Deaths that follow from them, and those that were died. */
  readonly points: number;
  readonly executed: number;
  /** What was not as it must be, with the death it followed. */
  readonly failures: readonly string[];
  /** Deaths after which the next start had something to say, and said it. */
  readonly told: number;
}

/** Lives a story once to note its calls, then dies of those that are selected, in a world of its own each time. */
export async function goThrough(tap: DiskTap, story: Story, selection: Selection): Promise<Ordeal> {
  const dry = beginLife();
  await inWorld(tap, story, async (world) => {
    tap.strays(world.bob.root);
    const lived = await world.cycle(world.bob, dry, story);
    if (lived === null) throw new Error('the dry run died');
    requireNothing(tap.strays(world.bob.root));
    await expectWell(world, story, lived, NOTHING_FOUND);
  });
  const deaths = deathsFor(dry, selection);
  const failures: string[] = [];
  let executed = 0;
  let told = 0;
  for (const death of deaths) {
    const life = beginLife(death);
    try {
      await inWorld(tap, story, async (world) => {
        const lived = await world.cycle(world.bob, life, story);
        if (lived !== null) return;
        executed += 1;
        if (await outlive(world, story)) told += 1;
      });
    } catch (error) {
      failures.push(`${story.name}, ${life.diedAt}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { story: story.name, calls: countsOf(dry), points: deaths.length, executed, failures, told };
}

async function inWorld(tap: DiskTap, story: Story, act: (world: World) => Promise<void>): Promise<void> {
  const world = openWorld(tap, story);
  try {
    await story.prepare(world);
    await act(world);
  } finally {
    world.close();
  }
}

/** What the dead left where the next start must find it. */
interface Found {
  readonly lock: boolean;
  /** Paths whose file is aside, with nothing in its place yet. */
  readonly emptied: readonly string[];
}

const NOTHING_FOUND: Found = { lock: false, emptied: [] };

/** The next start, on what a death has left. Resolves with whether it had something to tell; rejects with what is wrong. */
async function outlive(world: World, story: Story): Promise<boolean> {
  await expectPrecious(world, story, 'right after the death');
  const found: Found = {
    lock: existsSync(path.join(world.bob.root, '.datastore-staging', 'lock')),
    emptied: emptiedPaths(world.bob),
  };
  const lived = await world.cycle(world.bob, beginLife(), story);
  if (lived === null) throw new Error('the next start died');
  await expectWell(world, story, lived, found);
  return found.lock || found.emptied.length > 0;
}

async function expectWell(world: World, story: Story, lived: Lived, found: Found): Promise<void> {
  const held = story.held ?? {};
  const conflicts = lived.report.conflicts.map(({ path }) => path);
  requireSame(conflicts, Object.keys(held), 'conflicts');
  if (found.lock) requireTold(lived, 'warn: took over the root from');
  for (const path of found.emptied) requireTold(lived, `info: ${path} was moved aside by a run that died; put back`);
  const mentioned = lived.report.problems.filter((problem) => !(story.mentioned ?? []).includes(problem.path));
  requireSame(mentioned, [], 'problems');
  requireSame(normal(filesOf(world.bob)), { ...story.expected, ...held }, "Bob's folder");

  const again = await world.cycle(world.bob, beginLife(), story);
  requireSame(movedBy(again), 0, 'what the cycle after that moves');
  const took = await world.cycle(world.alice, beginLife());
  requireSame([took?.report.conflicts, took?.report.problems], [[], []], "Alice's conflicts and problems");
  requireSame(normal(filesOf(world.alice)), story.expected, "Alice's folder");
  await expectPrecious(world, story, 'after the recovery');

  // Nothing that the dead held keeps others from writing, and two weeks later nothing is left of it.
  save(world.alice, { 'after.txt': 'after' });
  await world.cycle(world.alice, beginLife());
  await world.cycle(world.bob, beginLife(), story);
  age(world.bob, 'two weeks');
  await world.cycle(world.bob, beginLife(), { ...story, undoes: false });
  requireSame(normal(filesOf(world.bob)), { ...story.expected, ...held, 'after.txt': 'after' }, "Bob's folder at last");
  const truth = await verifyRemote(world.store);
  requireSame(truth?.lease ?? null, null, 'the lease');
  requireSame(
    normal(Object.fromEntries([...(truth?.files ?? [])].map(([file, content]) => [file, content.toString()]))),
    { ...story.expected, 'after.txt': 'after' },
    'the remote',
  );
  const staging = readdirSync(path.join(world.bob.root, '.datastore-staging'));
  requireSame(staging, ['root.json'], 'what is left in staging');
}

async function expectPrecious(world: World, story: Story, when: string): Promise<void> {
  const truth = await verifyRemote(world.store);
  const here = new Set([
    ...Object.values(filesOf(world.alice)),
    ...Object.values(filesOf(world.bob)),
    ...asides(world.bob).map((file) => readFileSync(file, 'utf8')),
  ]);
  const lost = story.precious.filter(
    (content) =>
      !here.has(content) && truth?.everCommitted.has(createHash('sha256').update(content).digest('hex')) !== true,
  );
  requireSame(lost, [], `what is lost ${when}`);
}

const movedBy = (lived: Lived | null): number => {
  if (lived === null) return Number.NaN;
  const { uploaded, downloaded, deletedLocal, deletedRemote } = lived.report;
  return uploaded + downloaded + deletedLocal + deletedRemote;
};

/** With `.conflict` for the stamp in a conflict copy's name. */
const normal = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([file, content]) => [file.replace(/\.conflict-\w+-\w+/, '.conflict'), content]),
  );

function requireSame(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [canonical(actual), canonical(expected)];
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

function requireTold({ log }: Lived, start: string): void {
  if (!log.some((line) => line.startsWith(start))) throw new Error(`nobody was told "${start}": ${log.join('; ')}`);
}

function requireNothing(strays: readonly string[]): void {
  if (strays.length > 0) throw new Error(`calls that no life has made: ${strays.join(', ')}`);
}
