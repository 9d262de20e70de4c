import { COMPRESSION_LIMITS } from '../../src/core/plan/compression.ts';
import { CHUNK_LIMITS } from '../../src/core/plan/cut-chunks.ts';
import { PACK_LIMITS } from '../../src/core/plan/packs.ts';
import { makeTraits } from './make-scenario.ts';
import { createRandom } from './random.ts';
import type { Act, ClientTraits, Deed, Harm, Scenario, Step, Strike } from './scenario.ts';

/** Calls of one cycle, about how many there are, and what the system says. */
const SWEPT = new Map<string, readonly [number, string]>([
  ['lstat', [260, 'EIO']],
  ['open', [40, 'EACCES']],
  ['read', [20, 'EIO']],
  ['write', [30, 'ENOSPC']],
  ['fsync', [40, 'EIO']],
  ['close', [60, 'EIO']],
  ['fstat', [40, 'EIO']],
  ['rename', [16, 'EBUSY']],
  ['link', [8, 'EACCES']],
  ['unlink', [20, 'EBUSY']],
  ['mkdir', [8, 'ENOSPC']],
  ['readdir', [20, 'EACCES']],
  ['realpath', [60, 'EIO']],
  ['futimes', [4, 'EPERM']],
]);

/** Calls of one pull that change a disk, and about how many there are. */
const CUT = new Map<string, number>([
  ['open', 40],
  ['write', 30],
  ['fsync', 40],
  ['rename', 30],
  ['unlink', 30],
]);

/** Calls of a pull around the replacing of a file, and about how many there are. */
const REPLACES = new Map<string, number>([
  ['chmod', 4],
  ['rename', 8],
]);

/** What the simulation has found once, each as small as it can be told. By name. */
export const REGRESSIONS: ReadonlyMap<string, () => readonly Scenario[]> = new Map<string, () => readonly Scenario[]>([
  // Each cycle began to watch the lock anew, and ended before a whole ttl had passed: locked until the window was closed.
  ['the lock of the root cannot be given back, and nobody waits for long', () => [lockStays()]],
  // It wrote to a register that everybody could know to be an old one.
  ['a lease is taken, and one ended by force, while the bucket is restored from before', () => [oldRegister()]],
  // A mark was looked for and not compared: what had come into the folder below the mount was deleted for everybody.
  ['the state is lost while the root is away, and another folder is in step meanwhile', () => [rootAway()]],
  // A refusal in some places was called a defect instead of a full sentence. What was linked in, and could not be looked at
  // after, was taken for not arrived: for the person's own, when others deleted it.
  ...[...SWEPT].map(
    ([on, [most, code]]) =>
      [
        `any one ${on} of a pull and of a push fails`,
        () => eachOf(most, (nth) => bothFail(failing(on, nth, code))),
      ] as const,
  ),
  // The copy of a conflict was gone, and what it was made of had been moved aside.
  ...[...CUT.keys(), 'link'].map(
    (on) =>
      [
        `power is cut at any one ${on} while both versions are kept, without a journal`,
        () => eachOf(60, (nth) => bothKept(on, nth)),
      ] as const,
  ),
  // A window opened what the killed program had copied, to see whether it is a part; its time was called wrong.
  ['a second program is killed at any one futimes, without hard links', () => [killEach('futimes', 8)]],
  // The note of a copy came back, and the complete file was taken for a part.
  ...[...CUT].map(
    ([on, most]) =>
      [`power is cut at any one ${on}, without hard links or a journal`, () => [cutEach(on, most)]] as const,
  ),
  // What it had moved aside was gone with the folder it was moved to, and was deleted for everybody.
  ...[...CUT].map(
    ([on, most]) =>
      [
        `power is cut at any one ${on} of an undo, without hard links or a journal`,
        () => eachOf(most, (nth) => undoneCut(on, nth)),
      ] as const,
  ),
  // What a killed run had brought was base before it was durable: what the power undid then passed for the person's change.
  ...['open', 'fsync'].flatMap((on) =>
    [false, true].map(
      (isMoved) =>
        [
          `a pull is killed at any one ${on}, ${isMoved ? 'its folder is moved, ' : ''}and the power goes after the next sync, without a journal`,
          () => eachOf(40, (nth) => cutAfter(strikes(on, nth, { kind: 'kill' }), nth, isMoved ? [MOVED] : [])),
        ] as const,
    ),
  ),
  ...['open', 'unlink'].map(
    (on) =>
      [
        `a folder is moved at any one ${on} of a pull, and the power goes after the next sync, without a journal`,
        () => eachOf(40, (nth) => cutAfter(strikes(on, nth, { kind: 'act', act: MOVED }), nth)),
      ] as const,
  ),
  // It was made executable after its mode had been taken over, within one step of the file system's clock.
  ...[...REPLACES].map(
    ([on, most]) =>
      [
        `a file is made executable at any one ${on} of a pull that replaces it`,
        () => eachOf(most, (nth) => madeExecutable(on, nth)),
      ] as const,
  ),
]);

const PLAIN: Partial<ClientTraits> = {
  clockAheadMs: 0,
  excluded: [],
  hasProbed: true,
  hasCli: false,
  isHasty: false,
  diskPauses: 0,
  latencyMs: 20,
  ttlMs: 30_000,
  waitMs: 60_000,
  packs: PACK_LIMITS,
  chunks: CHUNK_LIMITS,
  compression: COMPRESSION_LIMITS,
  disk: { granularityMs: 0.001, isCaseBlind: false, hasHardLinks: true, reusesInodes: false, hasOrderedJournal: true },
};

function oldRegister(): Scenario {
  const save = (client: number): Beat => ({
    client,
    deed: { act: 'save', path: `${client}.txt`, size: 20, style: 'replace' },
  });
  const hold: Deed = { act: 'hold the lease', ms: 100, syncs: false };
  return storyOf(2, [
    save(0),
    { client: 0, deed: SYNC },
    save(1),
    { client: 1, deed: SYNC },
    { client: 0, deed: SYNC },
    { client: 0, deed: hold },
    // Long enough to be told of it, too short to give it back.
    { client: 0, deed: { ...hold, ms: 60_000 } },
    { client: 0, deed: { act: 'kill', by: 'vscode' } },
    { client: 0, deed: SYNC },
    { client: 1, deed: SYNC },
    ...Array.from({ length: 12 }, (): readonly Beat[] => [
      save(0),
      { client: 0, deed: SYNC },
      { client: 1, deed: SYNC },
    ]).flat(),
    { client: 0, deed: { act: 'head rolled back', ms: 45_000 } },
    { client: 0, deed: hold },
    { client: 1, deed: { act: 'force release' } },
    { client: 1, deed: SYNC },
  ]);
}

function rootAway(): Scenario {
  const save = (path: string): Beat => ({ client: 0, deed: { act: 'save', path, size: 20, style: 'replace' } });
  return storyOf(2, [
    save('a.txt'),
    save('b.txt'),
    { client: 0, deed: SYNC },
    { client: 1, deed: SYNC },
    save('c.txt'),
    { client: 0, deed: SYNC },
    { client: 1, deed: { act: 'root away', ms: 25_000, leavesEmpty: true } },
    { client: 1, deed: { act: 'state lost' } },
    { client: 1, deed: SYNC },
  ]);
}

function lockStays(): Scenario {
  const story = storyOf(1, [
    { client: 0, deed: { act: 'save', path: 'a.txt', size: 20, style: 'replace' } },
    ...Array.from(
      { length: 20 },
      (_, index): Beat => ({ client: 0, deed: SYNC, strikes: [failing('rmdir', index + 1, 'EBUSY')] }),
    ),
    ...Array.from(
      { length: 20 },
      (_, index): Beat => ({ client: 0, deed: SYNC, strikes: [failing('unlink', index + 1, 'EBUSY')] }),
    ),
    ...Array.from(
      { length: 30 },
      (_, index): Beat => ({ client: 0, deed: SYNC, strikes: [failing('rename', index + 1, 'EBUSY')] }),
    ),
  ]);
  return { ...story, clients: story.clients.map((traits) => ({ ...traits, waitMs: 5_000 })) };
}

const eachOf = (most: number, tell: (nth: number) => Scenario): readonly Scenario[] =>
  Array.from({ length: most }, (_, index) => tell(index + 1));

/** A pull is struck, and before it looks again, what it brought is deleted where it came from; then a push is struck. */
function bothFail(strike: Strike): Scenario {
  const save = (at: number, client: number, path: string): Beat => ({
    at,
    client,
    deed: { act: 'save', path, size: 20 + client, style: 'replace' },
  });
  const story = storyOf(2, [
    save(0, 0, 'docs/a.txt'),
    save(0, 0, 'docs/b.txt'),
    save(1, 1, 'docs/b.txt'),
    { at: 2, client: 0, deed: SYNC },
    { at: 10_000, client: 1, deed: { ...SYNC, onConflict: 'theirs' }, strikes: [strike] },
    { at: 12_000, client: 0, deed: { act: 'delete', path: 'docs/b.txt' } },
    { at: 12_001, client: 0, deed: SYNC },
    save(40_000, 0, 'docs/a.txt'),
    save(40_000, 0, 'docs/c.txt'),
    { at: 40_001, client: 0, deed: SYNC, strikes: [strike] },
    { at: 50_000, client: 1, deed: SYNC },
  ]);
  return {
    ...story,
    clients: story.clients.map((traits, client) => (client === 1 ? { ...traits, latencyMs: 500 } : traits)),
  };
}

/** The power goes while a conflict is decided for both; a cut undoes any part, another one with each seed. */
function bothKept(on: string, nth: number): Scenario {
  const story = storyOf(2, [
    { client: 0, deed: { act: 'save', path: 'docs/a.txt', size: 20, style: 'replace' } },
    { client: 1, deed: { act: 'save', path: 'docs/a.txt', size: 21, style: 'replace' } },
    { client: 0, deed: SYNC },
    { client: 1, deed: { ...SYNC, onConflict: 'both' }, strikes: [{ at: 'call', on, nth, harm: { kind: 'power' } }] },
    { client: 1, deed: { ...SYNC, onConflict: 'theirs' } },
    { client: 1, deed: SYNC },
  ]);
  return { ...story, seed: nth, clients: story.clients.map(unordered) };
}

/** The power goes at the n-th call of each kind in the n-th round, where files are copied into place and a cut undoes any part. */
function cutEach(on: string, most: number): Scenario {
  const story = storyOf(
    2,
    Array.from({ length: most }, (_, index): readonly Beat[] => [
      { client: 0, deed: { act: 'save', path: 'docs/a.txt', size: 20, style: 'replace' } },
      { client: 0, deed: { act: 'save', path: `docs/b${index}.txt`, size: 20, style: 'replace' } },
      { client: 0, deed: SYNC },
      {
        client: 1,
        deed: SYNC,
        strikes: [{ at: 'call', on, nth: index + 1, harm: { kind: 'power' } }],
      },
      // What comes to rest after a cut is cut off too.
      { client: 1, deed: SYNC, strikes: [{ at: 'call', on, nth: ((index * 7) % most) + 1, harm: { kind: 'power' } }] },
      { client: 1, deed: SYNC },
      { client: 1, deed: SYNC },
    ]).flat(),
  );
  return { ...story, clients: story.clients.map((traits, client) => (client === 1 ? bare(traits) : traits)) };
}

function killEach(on: string, most: number): Scenario {
  const story = storyOf(
    2,
    Array.from({ length: most }, (_, index): readonly Beat[] => [
      { client: 0, deed: { act: 'save', path: 'docs/a.txt', size: 20, style: 'replace' } },
      { client: 0, deed: { act: 'save', path: `docs/b${index}.txt`, size: 20, style: 'replace' } },
      { client: 0, deed: SYNC },
      { client: 1, deed: { ...SYNC, by: 'cli' }, strikes: [{ at: 'call', on, nth: index, harm: { kind: 'kill' } }] },
      { client: 1, deed: SYNC },
    ]).flat(),
  );
  return { ...story, clients: story.clients.map((traits, client) => (client === 1 ? bare(traits) : traits)) };
}

/** A pull that replaces, deletes and brings is struck; the power goes when another run has put in order what it left. */
function cutAfter(struck: readonly Strike[], seed: number, then: readonly Deed[] = []): Scenario {
  const save = (path: string): Beat => ({ client: 0, deed: { act: 'save', path, size: 20, style: 'replace' } });
  const story = storyOf(2, [
    ...['docs/a.txt', 'docs/b.txt', 'docs/c.txt'].map(save),
    { client: 0, deed: SYNC },
    { client: 1, deed: SYNC },
    ...['docs/a.txt', 'docs/d.txt'].map(save),
    { client: 0, deed: { act: 'delete', path: 'docs/b.txt' } },
    { client: 0, deed: SYNC },
    { client: 1, deed: SYNC, strikes: struck },
    ...then.map((deed) => ({ client: 1, deed })),
    { client: 1, deed: SYNC },
    { client: 1, deed: { act: 'power cut' } },
    { client: 1, deed: SYNC },
  ]);
  return { ...story, seed, clients: story.clients.map(unordered) };
}

/** A sync that replaced a file here is taken back while the power goes; a cut undoes any part, another one with each seed. */
function undoneCut(on: string, nth: number): Scenario {
  const save = (client: number): Beat => ({
    client,
    deed: { act: 'save', path: 'docs/a.txt', size: 20, style: 'replace' },
  });
  const story = storyOf(2, [
    save(0),
    { client: 0, deed: SYNC },
    { client: 1, deed: SYNC },
    save(0),
    { client: 0, deed: SYNC },
    { client: 1, deed: SYNC },
    {
      client: 1,
      deed: { act: 'undo', by: 'vscode', which: 0 },
      strikes: [{ at: 'call', on, nth, harm: { kind: 'power' } }],
    },
    { client: 1, deed: SYNC },
    { client: 1, deed: SYNC },
  ]);
  return { ...story, seed: nth, clients: story.clients.map(bare) };
}

function madeExecutable(on: string, nth: number): Scenario {
  const path = 'docs/a.txt';
  const save: Beat = { client: 0, deed: { act: 'save', path, size: 20, style: 'replace' } };
  const story = storyOf(2, [
    save,
    { client: 0, deed: SYNC },
    { client: 1, deed: SYNC },
    save,
    { client: 0, deed: SYNC },
    {
      client: 1,
      deed: SYNC,
      strikes: [{ at: 'call', on, nth, harm: { kind: 'act', act: { act: 'make executable', path } } }],
    },
    { client: 1, deed: SYNC },
  ]);
  const clients = story.clients.map((traits) => ({ ...traits, disk: { ...traits.disk, granularityMs: 2_000 } }));
  return { ...story, clients };
}

/** Files are copied into place, and a power cut undoes any part of what was not flushed. */
const bare = (traits: ClientTraits): ClientTraits => ({
  ...traits,
  disk: { ...traits.disk, hasHardLinks: false, hasOrderedJournal: false },
});

/** A power cut undoes any part of what was not flushed. */
const unordered = (traits: ClientTraits): ClientTraits => ({
  ...traits,
  disk: { ...traits.disk, hasOrderedJournal: false },
});

type Beat = Pick<Step, 'client' | 'deed'> & Partial<Step>;

const SYNC: Extract<Deed, { act: 'sync' }> = { act: 'sync', by: 'vscode' };

const strikes = (on: string, nth: number, harm: Harm): readonly Strike[] => [{ at: 'call', on, nth, harm }];

const MOVED: Act = { act: 'move folder', path: 'docs', to: 'papers' };

const failing = (on: string, nth: number, code: string): Strike => ({
  at: 'call',
  on,
  nth,
  harm: { kind: 'errno', code },
});

/** Steps ten seconds apart, on plain machines. */
function storyOf(clients: number, steps: readonly Beat[]): Scenario {
  return {
    seed: 0,
    clients: Array.from({ length: clients }, () => ({ ...makeTraits(createRandom('plain')), ...PLAIN })),
    remote: { wantsBareEtags: false, keepsChecksums: true, clockAheadMs: 0 },
    steps: steps.map((step, id) => ({ at: id * 10_000, strikes: [], ...step, id })),
    endsNextDay: false,
  };
}
