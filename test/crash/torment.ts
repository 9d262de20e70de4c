import { retrying } from '../../src/adapters/store/retrying.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { Place } from '../cli/harness.ts';
import type { Ended } from '../cli/program.ts';
import { storeOn } from '../cli/sides.ts';
import { verifyRemote } from '../support/verify-remote.ts';
import { type FleetOptions, type Member, openFleet } from './fleet.ts';
import { openPerson } from './person.ts';
import { type Chance, chanceFrom } from './random.ts';
import { remembering } from './remembering.ts';
import { bringToRest, type Rest } from './rest.ts';
import { type Blow, strike } from './strike.ts';
import { openVersions, type Whereabouts } from './versions.ts';

export interface TormentOptions extends FleetOptions {
  /** With the bucket in it, and nothing under the prefix. */
  readonly place: Place;
  readonly seed: number;
  /** SIGKILLs and SIGSTOPs that must have hit a living process; nearly all hit it in the middle of a cycle. */
  readonly kills: number;
  readonly stops: number;
  /** Called after every run of the program. */
  readonly onProgress?: (now: Progress) => void;
}

export interface Progress {
  readonly kills: number;
  readonly stops: number;
  readonly starts: number;
  readonly versions: number;
}

export interface TormentResult extends Progress {
  /** Of the kills and stops, those that hit a process with its root's lock: in the middle of a cycle. */
  readonly killsInCycle: number;
  readonly stopsInCycle: number;
  /** How the runs ended: `0`, `3`, `1 problems`, `killed`. */
  readonly ends: Readonly<Record<string, number>>;
  readonly commits: number;
  readonly epoch: number;
  readonly files: number;
  readonly decided: number;
  readonly whereabouts: Readonly<Record<Whereabouts, number>>;
  readonly seconds: number;
  /** What must not be. Empty: all is well. */
  readonly failures: readonly string[];
}

/** Milliseconds. A killed holder is waited for one ttl, others come between. */
const DEADLINE = 120_000;
const KILL_SHARE = 0.7;
const STOP_SHARE = 0.16;
/** Failures after which the rest of the run says nothing new. */
const ENOUGH = 5;
/** Runs of the program between two walks of the whole remote. */
const LOOK_EVERY = 400;

/** What a run may end with while others write and are killed; anything else is a finding. */
const EXPECTED = /^(?:killed|0|3 conflicts|3 problems|1 problems|1 conflicts|4 locked|4 lease-lost)$/;

/**
 * Runs the built program in several workspaces of one datastore while people write in all of them, kills and stops it in the
 * middle of its work, and starts it again at once. In the end everything must be at rest, equal, and nothing lost.
 */
export async function torment(options: TormentOptions): Promise<TormentResult> {
  const { place, prefix, seed, ttlSeconds } = options;
  const startedAt = performance.now();
  const chance = chanceFrom(seed);
  const versions = openVersions();
  const store = remembering(retrying(storeOn(place, prefix), { clock: systemClock, ids: systemIds }));
  const counts = { kills: 0, stops: 0, killsInCycle: 0, stopsInCycle: 0, starts: 0 };
  const ends: Record<string, number> = {};
  const failures: string[] = [];
  const evening = new AbortController();
  let usualMs = 250;

  const fleet = await openFleet(place, options);
  const people = fleet.members.map(({ name, root }, index) =>
    openPerson({ name, root, versions, chance: chance.fork(), bursts: index < 2 }).work(evening.signal),
  );
  const lives = fleet.members.map((member) =>
    live(member, chance.fork()).catch((error: unknown) => void failures.push(String(error))),
  );
  await Promise.all(lives);
  evening.abort();
  await Promise.all(people);

  const rest = await bringToRest({ fleet, store, versions, chance }).catch(
    (error: unknown): Rest => ({ ...NO_REST, failures: [error instanceof Error ? error.message : String(error)] }),
  );
  store.close();
  await fleet.close();
  return {
    ...counts,
    ...rest,
    ends,
    versions: versions.size,
    seconds: (performance.now() - startedAt) / 1000,
    failures: [...failures, ...rest.failures],
  };

  async function live(member: Member, chance: Chance): Promise<void> {
    while (failures.length < ENOUGH && (counts.kills < options.kills || counts.stops < options.stops)) {
      counts.starts += 1;
      const struck = await strike(fleet.start(member, wordsFor(chance)), {
        blow: blowFor(chance),
        root: member.root,
        chance,
        usualMs,
        stopMs: ttlSeconds * 1000 * (1.2 + 1.3 * chance.number()),
        deadlineMs: DEADLINE,
      });
      if (struck.cycleMs !== null) usualMs += (Math.min(struck.cycleMs, 4 * usualMs) - usualMs) / 10;
      if (struck.blow === 'kill') counts.kills += 1;
      if (struck.blow === 'stop') counts.stops += 1;
      if (struck.blow === 'kill' && struck.inCycle) counts.killsInCycle += 1;
      if (struck.blow === 'stop' && struck.inCycle) counts.stopsInCycle += 1;
      const end = endOf(struck.ended);
      ends[end] = (ends[end] ?? 0) + 1;
      if (!EXPECTED.test(end)) failures.push(`${end}: ${struck.ended.stdout}${struck.ended.stderr}`);
      // Every reference of every commit holds, whoever has just died.
      if (counts.starts % LOOK_EVERY === 0) await verifyRemote(store);
      options.onProgress?.({ ...counts, versions: versions.size });
    }
  }

  function blowFor(chance: Chance): Blow {
    const kills = counts.kills < options.kills ? KILL_SHARE : 0;
    const stops = counts.stops < options.stops ? STOP_SHARE : 0;
    const pick = chance.number();
    if (pick < kills) return 'kill';
    return pick < kills + stops ? 'stop' : 'none';
  }
}

const NO_REST: Rest = {
  commits: 0,
  epoch: 0,
  files: 0,
  decided: 0,
  whereabouts: { 'in a folder': 0, 'conflict copy': 0, history: 0, 'replaced by who had seen it': 0, LOST: 0 },
  failures: [],
};

function wordsFor(chance: Chance): string[] {
  const command = chance.likely(0.8) ? 'sync' : chance.pick(['pull', 'push']);
  const choice = chance.pick(['hold', 'hold', 'both', 'mine']);
  return [command, '--json', '--on-conflict', choice];
}

function endOf({ code, stdout }: Ended): string {
  if (code === null) return 'killed';
  const { error } = JSON.parse(stdout || '{"error":{"kind":"without a word"}}') as { error?: { kind: string } };
  return error === undefined ? String(code) : `${code} ${error.kind}`;
}
