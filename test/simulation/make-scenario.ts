import type { HistoryPolicy } from '../../src/core/garbage/keep.ts';
import { COMPRESSION_LIMITS } from '../../src/core/plan/compression.ts';
import { CHUNK_LIMITS } from '../../src/core/plan/cut-chunks.ts';
import { PACK_LIMITS } from '../../src/core/plan/packs.ts';
import { makeStrikes } from './make-strikes.ts';
import { makeTrouble } from './make-trouble.ts';
import { createRandom, type Random } from './random.ts';
import { type Act, type Answer, type ClientTraits, type Deed, type Scenario, type Step } from './scenario.ts';

/** The scenario of a seed: always the same. `clients` fixes their number. */
export function makeScenario(seed: number, clients?: number): Scenario {
  const random = createRandom(`scenario ${seed}`);
  const count = clients ?? Number(random.weighted({ 2: 6, 3: 3, 4: 1, 5: 0.6 }));
  const hasPowerCuts = random.chance(0.15);
  const hasCalmStore = random.chance(0.1);
  const paths = makePaths(random);
  const machines = Array.from({ length: count }, () => makeTraits(random));
  const acts = { act: () => makeAct(random, paths), swap: () => makeSwap(random, paths.folders) };
  const steps: Step[] = [];
  // By itself, so that all else of a seed stays what it was.
  const garbage = createRandom(`garbage ${seed}`);
  const history = garbage.chance(0.7) ? makeHistory(garbage) : null;
  const traits = machines.map((one, client) => ({ ...one, keepsMore: client > 0 && garbage.chance(0.3) }));
  for (const [client, { hasCli }] of traits.entries()) {
    // Small ones are the more: as many faults in the same time, and easier to read.
    const operations = Math.floor(20 * 10 ** (random.next() ** 1.5));
    let at = random.between(0, 2_000);
    for (let index = 0; index < operations; index += 1) {
      const deed = makeDeed(random, paths, { hasCli, hasPowerCuts });
      const strikes = hasCalmStore ? [] : makeStrikes(random, deed, { ...acts, hasPowerCuts });
      steps.push({ id: 0, at, client, deed, strikes });
      // While it lasts, somebody looks.
      if (deed.act === 'object damaged' && random.chance(0.6)) {
        const repair: Deed = { act: 'verify', repairs: true };
        const harms = hasCalmStore ? [] : makeStrikes(random, repair, { ...acts, hasPowerCuts });
        steps.push({ id: 0, at: at + random.spread(1, deed.ms), client, deed: repair, strikes: harms });
      }
      if (history !== null && garbage.chance(0.05)) {
        const collects: Deed = { act: 'collect garbage', by: hasCli && garbage.chance(0.4) ? 'cli' : 'vscode' };
        const harms = hasCalmStore ? [] : makeStrikes(garbage, collects, { ...acts, hasPowerCuts });
        steps.push({ id: 0, at: at + garbage.spread(1, 8_000), client, deed: collects, strikes: harms });
      }
      at += random.spread(10, 8_000);
    }
  }
  return {
    seed,
    clients: traits,
    remote: {
      wantsBareEtags: random.chance(0.15),
      keepsChecksums: random.chance(0.8),
      clockAheadMs: random.chance(0.2) ? random.between(-90_000_000, 90_000_000) : 0,
      ...(history === null ? {} : { history }),
    },
    steps: steps.toSorted((a, b) => a.at - b.at).map((step, id) => ({ ...step, id })),
    endsNextDay: random.chance(0.15),
  };
}

/** So short that there is garbage all the time. */
function makeHistory(random: Random): HistoryPolicy {
  const least = { commits: random.between(1, 4), ms: random.pick([0, 0, 20_000, 200_000]) };
  return { ...least, collects: random.chance(0.5), least };
}

/** A machine like those that are in use, and some that are not. */
export function makeTraits(random: Random): ClientTraits {
  const isCaseBlind = random.chance(0.1);
  return {
    disk: {
      granularityMs: Number(random.weighted({ '0.001': 6, 1: 2, 1000: 1, 2000: 1 })),
      isCaseBlind,
      hasHardLinks: !random.chance(0.1),
      reusesInodes: random.chance(0.4),
      hasOrderedJournal: random.chance(0.5),
    },
    clockAheadMs: random.chance(0.2) ? random.pick([-86_400_000, 86_400_000, 3_600_000, -3_600_000, 5_000]) : 0,
    // What differs in case alone from what is left out would be another story.
    excluded: !isCaseBlind && random.chance(0.12) ? [random.pick(['docs', 'src/lib', 'data', 'archive'])] : [],
    hasProbed: random.chance(0.85),
    hasCli: random.chance(0.15),
    isHasty: random.chance(0.1),
    diskPauses: random.pick([0, 0.05, 0.3]),
    latencyMs: random.spread(5, 120),
    ttlMs: random.pick([5_000, 15_000, 30_000, 30_000]),
    waitMs: random.pick([60_000, 60_000, 5_000]),
    packs: random.pick([
      PACK_LIMITS,
      PACK_LIMITS,
      { fileBytes: 60, packBytes: 150, files: 3, keptBytes: 400 },
      { fileBytes: 0, packBytes: 0, files: 1, keptBytes: 0 },
    ]),
    chunks: random.pick([CHUNK_LIMITS, { least: 16, average: 48, most: 100 }, { least: 8, average: 24, most: 60 }]),
    compression: random.pick([COMPRESSION_LIMITS, { least: 20 }]),
  };
}

interface Paths {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  readonly free: readonly string[];
}

const FILES = [
  'a.txt',
  'b.txt',
  'docs/x.md',
  'docs/y.md',
  'docs/deep/z.bin',
  'src/main.ts',
  'src/util.ts',
  'src/lib/core.ts',
  'notes',
  'data/1.json',
  'data/2.json',
  // Each ends a shard of the index: its SHA-256 begins with ten zero bits.
  'c-229.md',
  'docs/page-1272.md',
];
const FREE = ['docs2', 'src2', 'src/old', 'archive/2025'];

function makePaths(random: Random): Paths {
  const count = random.between(3, 10);
  const files = FILES.map((path) => ({ path, order: random.next() }))
    .toSorted((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ path }) => path);
  const odd = random.chance(0.08) ? [random.pick(['A.txt', 'docs', 'Docs/X.md', 'notes/inner', 'src/MAIN.ts'])] : [];
  const folders = [
    ...new Set(files.flatMap((path) => (path.includes('/') ? [path.slice(0, path.lastIndexOf('/'))] : []))),
  ];
  return { files: [...files, ...odd], folders, free: FREE };
}

function makeAct(random: Random, { files, folders, free }: Paths): Act {
  const path = random.pick(files);
  const kind = random.weighted({
    save: 12,
    same: 5,
    restored: 2,
    edited: 4,
    slowly: 1,
    old: 2,
    rename: 3,
    copy: 1,
    delete: 3,
    touch: 1,
    mode: 0.5,
    folder: 1.5,
    rm: 0.4,
    link: 0.3,
  });
  const style = random.pick(['in place', 'replace'] as const);
  switch (kind) {
    case 'save':
      return { act: 'save', path, size: random.spread(1, 300), style };
    case 'same':
    case 'edited':
      return { act: 'save', path, size: kind, style };
    case 'restored':
      return { act: 'save', path, size: 'same', style, keepsTime: true };
    case 'slowly':
      return { act: 'save slowly', path, ms: random.spread(10, 20_000) };
    case 'old':
      return { act: 'save an old version', path, back: random.between(0, 2) };
    case 'rename':
      return { act: 'rename', path, to: random.pick(files) };
    case 'copy':
      return { act: 'copy', path, to: random.pick(files) };
    case 'delete':
      return { act: 'delete', path };
    case 'touch':
      return { act: 'touch', path };
    case 'mode':
      return { act: 'make executable', path };
    case 'folder':
      return {
        act: 'move folder',
        path: random.pick([...folders, ...free]),
        to: random.pick([...free, ...folders, ...free]),
      };
    case 'rm':
      return { act: 'delete folder', path: random.pick([...folders, ...free]) };
    case 'link':
      return makeSwap(random, [...folders, ...free]);
  }
}

const makeSwap = (random: Random, folders: readonly string[]): Act => ({
  act: 'swap folder for a link',
  path: random.pick(folders.length > 0 ? folders : FREE),
  ms: random.spread(10, 20_000),
});

function makeDeed(
  random: Random,
  paths: Paths,
  { hasCli, hasPowerCuts }: { hasCli: boolean; hasPowerCuts: boolean },
): Deed {
  const by = hasCli && random.chance(0.4) ? 'cli' : 'vscode';
  const kind = random.weighted({
    act: 60,
    sync: 27,
    decide: 5,
    preview: 1,
    undo: 2,
    verify: 1,
    hold: 2,
    force: 1,
    close: 1,
    trouble: 3,
  });
  switch (kind) {
    case 'act':
      return makeAct(random, paths);
    case 'sync':
      return {
        act: 'sync',
        by,
        ...(random.chance(0.1) ? { direction: random.pick(['pull', 'push'] as const) } : {}),
        ...(random.chance(0.15) ? { onConflict: random.pick(['theirs', 'both'] as const) } : {}),
        ...(random.chance(0.06) ? { busy: [random.pick(paths.files), random.pick(paths.files)] } : {}),
      };
    case 'decide':
      return {
        act: 'decide conflicts',
        answers: Array.from({ length: 3 }, () => random.pick<Answer>(['mine', 'theirs', 'both'])),
      };
    case 'preview':
      return { act: 'preview' };
    case 'undo':
      return { act: 'undo', by, which: random.chance(0.7) ? 0 : random.between(0, 4) };
    case 'verify':
      return { act: 'verify', repairs: random.chance(0.7) };
    case 'hold':
      return { act: 'hold the lease', ms: random.spread(100, 60_000), syncs: random.chance(0.7) };
    case 'force':
      return { act: 'force release' };
    case 'close':
      return { act: 'close window' };
    case 'trouble':
      return makeTrouble(random, by, hasPowerCuts);
  }
}
