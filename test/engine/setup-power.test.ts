import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/adapters/system.ts';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { errno, Killed } from '../simulation/disk/errno.ts';
import * as simulated from '../simulation/disk/fs.ts';
import * as promises from '../simulation/disk/fs-promises.ts';
import { boot, type Proc } from '../simulation/disk/kernel.ts';
import { createDisk, type Node } from '../simulation/disk/node.ts';
import { cutPower } from '../simulation/disk/power.ts';
import { createRandom, type Random } from '../simulation/random.ts';
import { folder, mortality, openWorld } from './setup-world.ts';

/* The machine loses its power while a source is deleted: whatever came to the target, and whenever, is there, or still at the source. */

const disks = vi.hoisted(() => ({
  sync: {} as Readonly<Record<string, (...given: unknown[]) => unknown>>,
}));
// Other files of this worker have loaded the engine with the real disk, and others will.
vi.hoisted(() => vi.resetModules());
afterAll(() => {
  vi.doUnmock('node:fs');
  vi.resetModules();
});

/** What lies below `/p1`, or is open there, is on the simulated disk. */
vi.mock('node:fs', async (load) => {
  type Call = (...given: unknown[]) => unknown;
  const real = await load<Readonly<Record<string, Call & { readonly native?: Call }>>>();
  const isSimulated = (of: unknown) => (typeof of === 'number' ? of > 100_000 : /^\/p1(?:\/|$)/.test(String(of)));
  const either =
    (name: string, call: Call): Call =>
    (...given) =>
      isSimulated(given[0]) ? disks.sync[name]?.(...given) : call(...given);
  const calls = Object.entries(real).map(([name, call]) => {
    if (!/Sync$|^fsync$|^write$/.test(name) || typeof call !== 'function') return [name, call];
    return [name, Object.assign(either(name, call), { native: either(name, call.native ?? call) })];
  });
  const both = { ...Object.fromEntries(calls), promises: eitherPromises(await load<typeof import('node:fs')>()) };
  return { ...both, default: both };

  function eitherPromises({ promises: real }: typeof import('node:fs')) {
    const open = (...[at, flags, mode]: Parameters<typeof real.open>) =>
      isSimulated(at) ? promises.open(String(at), flags, Number(mode)) : real.open(at, flags, mode);
    const readdir = async (at: string, options: { withFileTypes: true }) =>
      isSimulated(at) ? simulated.readdirSync(at, options) : real.readdir(at, options);
    return { ...real, open, readdir };
  }
});
let made = 0;
disks.sync = {
  ...(simulated as unknown as typeof disks.sync),
  existsSync: (at) => isThere(String(at)),
  statSync: (at) => {
    const found = isThere(String(at)) ? simulated.lstatSync(String(at)) : undefined;
    return found && { dev: BigInt(found.dev), ino: BigInt(found.ino) };
  },
  // A random name that comes again would be taken for a trial of this process.
  mkdtempSync: (prefix) => {
    made += 1;
    const at = `${String(prefix)}${String(made).padStart(6, '0')}`;
    simulated.mkdirSync(at, { mode: 0o700 });
    return at;
  },
};

function isThere(at: string): boolean {
  return simulated.lstatSync(at, { throwIfNoEntry: false }) !== undefined;
}

const OPTIONS = { skipMigration: false, deleteSource: true, dryRun: false };
const FILES = ['a', 'b/c', 'b/d', 'e/f/g'];
const [FROM, TO] = ['/p1/x', '/p1/new/deep/y'];

/** A machine with one disk, on which a process can be killed at one of its calls. */
function openMachine(isOrdered: boolean, hasHardLinks = true, isUnsynced = (_at: string) => false) {
  const traits = {
    granularityMs: 0.001,
    isCaseBlind: false,
    hasHardLinks,
    reusesInodes: false,
    hasOrderedJournal: isOrdered,
  };
  const disk = createDisk<Proc>(traits, () => systemClock.now(), true);
  let left = Number.POSITIVE_INFINITY;
  const calls: string[] = [];
  const start = () => {
    const proc: Proc = {
      id: 1,
      disk,
      isDead: false,
      asleepUntil: 0,
      onCall(call, at) {
        calls.push(`${call} ${at}`);
        left -= 1;
        if (call === 'fsync' && isUnsynced(at)) throw errno('EINVAL', call, at);
        if (left >= 0) return;
        proc.isDead = true;
        throw new Killed();
      },
      takesPart: () => false,
      breathe: async () => {},
    };
    boot(new Map([[1, proc]]));
  };
  start();
  return {
    calls,
    /** From now on, so many calls are left. */
    dieAfter(count: number): void {
      left = count;
    },
    /** As it is found by the next process; what locked the folders is gone. */
    restart(random: Random | null): void {
      if (random !== null) cutPower(disk, random);
      left = Number.POSITIVE_INFINITY;
      start();
      for (const at of [FROM, TO]) simulated.rmSync(`${at}/.datastore.lock`, { force: true });
    },
    contents: (): ReadonlySet<string> => new Set(contentsOf(disk.top)),
    files: (): readonly string[] => contentsOf(disk.top).filter((text) => text.startsWith('content')),
  };
}

function contentsOf(node: Node): readonly string[] {
  if (node.kind === 'file') return [new TextDecoder().decode(node.data)];
  return node.kind === 'folder' ? [...node.entries.values()].flatMap((entry) => contentsOf(entry.node)) : [];
}

function put(at: string, text: string, isDurable: boolean): void {
  simulated.mkdirSync(at.slice(0, at.lastIndexOf('/')), { recursive: true });
  const fd = simulated.openSync(at, 'wx');
  simulated.writeSync(fd, text);
  simulated.closeSync(fd);
  if (!isDurable) return;
  for (let above = at; above !== ''; above = above.slice(0, above.lastIndexOf('/'))) flush(above);
}

function flush(at: string): void {
  const fd = simulated.openSync(at);
  simulated.fsyncSync(fd);
  simulated.closeSync(fd);
}

interface Story {
  readonly isOrdered: boolean;
  /** Files that somebody has just copied to the target by hand. */
  readonly there: readonly string[];
  /** A run was killed before, without a power cut. */
  readonly isResumed: boolean;
  readonly hasHardLinks?: boolean;
}

/** Gives the calls of the last run, which the power cut ended after `dies` of them. `killed`: those of the run before; 0: there was none. */
async function tell(
  { isOrdered, there, hasHardLinks }: Story,
  killed: number,
  dies: number,
  random: Random,
): Promise<number> {
  const machine = openMachine(isOrdered, hasHardLinks);
  for (const name of FILES) put(`${FROM}/${name}`, `content ${name}`, true);
  for (const name of there) put(`${TO}/${name}`, `content ${name}`, false);
  const world = openWorld();
  const run = () => runSetup(world.parts(folder(FROM), folder(TO), mortality(Number.MAX_SAFE_INTEGER)), OPTIONS);
  if (killed > 0) {
    machine.dieAfter(killed);
    await run().catch(() => null);
    machine.restart(null);
  }
  const before = machine.calls.length;
  machine.dieAfter(dies);
  await run().catch((error: unknown) => {
    if (dies === Number.POSITIVE_INFINITY) throw error;
  });
  const took = machine.calls.length - before;
  machine.restart(random);
  expect([...machine.contents()], `dead after ${dies} of its calls`).toEqual(
    expect.arrayContaining(FILES.map((name) => `content ${name}`)),
  );
  return took;
}

test.each<Story>([
  { isOrdered: true, there: FILES.slice(1), isResumed: false },
  { isOrdered: false, there: [], isResumed: false },
  { isOrdered: false, there: FILES.slice(1), isResumed: false },
  { isOrdered: false, there: [], isResumed: true },
  { isOrdered: false, there: [], isResumed: true, hasHardLinks: false },
])('ordered: $isOrdered, there: $there, resumed: $isResumed, hard links: $hasHardLinks', async (story) => {
  const random = createRandom(`power ${JSON.stringify(story)}`);
  const calls = await tell(story, 0, Number.POSITIVE_INFINITY, random);
  expect(calls).toBeGreaterThan(500);
  for (let count = 0; count < 12; count += 1) {
    // In the copying, the one; in the verifying and deleting, the other.
    const killed = story.isResumed ? random.between(calls >> 2, calls >> 1) : 0;
    await tell(story, killed, random.between(calls >> 1, calls), random);
  }
});

const FEW = ['a', 'e/f/g'];
/** But of locks and of what is made for a trial. */
const CHANGES = /^(?:write|fsync|fchmod|futimes|link|rename|unlink|rmdir) (?!.*(?:lock|\.datastore-try-))/;

test.each([true, false])(
  'killed at a file, with hard links: %s, the next run ends it, and every file is whole',
  async (hasHardLinks) => {
    const tale = async (dies: number): Promise<readonly string[]> => {
      const machine = openMachine(true, hasHardLinks);
      for (const name of FEW) put(`${FROM}/${name}`, `content ${name}`, true);
      const world = openWorld();
      const run = async () => {
        const isConfigured = existsSync(path.join(world.workspace, '.datastore.yaml'));
        const now = folder(isConfigured ? TO : FROM);
        await runSetup(world.parts(now, folder(TO), mortality(Number.MAX_SAFE_INTEGER)), OPTIONS);
      };
      const before = machine.calls.length;
      machine.dieAfter(dies);
      await run().catch(() => null);
      const calls = machine.calls.slice(before);
      machine.restart(null);
      await run();
      const found = [...machine.contents()].filter((text) => !text.startsWith('{'));
      expect([found.toSorted(), isThere(FROM)], `dead at ${dies}: ${calls.at(-1)}`).toEqual([
        FEW.map((name) => `content ${name}`),
        false,
      ]);
      return calls;
    };
    const calls = await tale(Number.POSITIVE_INFINITY);
    const changes = [...calls.entries()].filter(([, call]) => CHANGES.test(call));
    expect(changes.length).toBeGreaterThan(20);
    for (const [at] of changes) await tale(at);
  },
);

test.each([true, false])(
  'where names in a folder cannot be made durable, the source is kept, and that is told; delete: %s',
  async (deleteSource) => {
    const machine = openMachine(true, true, (at) => /\/y(?:\/[be])?$/.test(at));
    for (const name of FILES) put(`${FROM}/${name}`, `content ${name}`, true);
    const parts = openWorld().parts(folder(FROM), folder(TO), mortality(Number.MAX_SAFE_INTEGER));
    const report = await runSetup(parts, { ...OPTIONS, deleteSource });
    const whole = FILES.map((name) => `content ${name}`);
    expect([...machine.files()].toSorted()).toEqual([...whole, ...whole].toSorted());
    expect(report.notes).toContainEqual(
      expect.stringMatching(/^The file system of \/p1\/new\/deep\/y does not tell .* keep \/p1\/x\.20\S+ until /),
    );
    expect(report.done).not.toContainEqual({ kind: 'clean-up', text: expect.stringContaining('delete it when') });
  },
);
