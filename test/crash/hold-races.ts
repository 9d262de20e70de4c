import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { probeStore } from '../../src/engine/remote/probe.ts';
import type { Place } from '../cli/harness.ts';
import { storeOn } from '../cli/sides.ts';
import type { Answer, Game, Order, RacerSetup } from './racer.ts';

export interface RaceOptions {
  readonly place: Place;
  readonly prefix: string;
  /** Processes. */
  readonly racers: number;
  readonly rounds: number;
  readonly onRound?: (round: number) => void;
}

export interface RaceResult {
  /** Rounds by what was contended for. */
  readonly rounds: Readonly<Record<Game, number>>;
  /** How contenders learned of their outcome. */
  readonly answers: Readonly<Record<string, number>>;
  readonly winners: number;
  readonly seconds: number;
  /** What must not be. Empty: exactly one winner in each round, and the register said so too. */
  readonly failures: readonly string[];
}

/** The register as it lies there, read by nothing of the program. */
interface RawHead {
  readonly epoch: number;
  readonly nonce: string;
  readonly lease: { readonly nonce: string } | null;
  readonly commit: { readonly id: string } | null;
  readonly recentCommits: readonly string[];
}

/** Milliseconds until anybody may take the lease of the dead. */
const DEAD_TTL = 300;
const PROGRAM = fileURLToPath(new URL('racer.ts', import.meta.url));

/** Lets processes contend, round after round, and asks the register itself who has won. */
export async function holdRaces({ place, prefix, racers, rounds, onRound }: RaceOptions): Promise<RaceResult> {
  const startedAt = performance.now();
  const store = storeOn(place, prefix);
  const { etagForm } = await probeStore({ store, clock: systemClock, ids: systemIds, codec: nodeCodec }, 'small');
  const counts: Record<Game, number> = { lease: 0, 'stale lease': 0, 'small push': 0 };
  const answers: Record<string, number> = {};
  const failures: string[] = [];
  let winners = 0;
  const contenders = await Promise.all(
    Array.from({ length: racers }, (_, index) => startRacer({ place, prefix, etagForm, name: `racer-${index}` })),
  );
  const all = <T extends Answer['kind']>(order: Order, expected: T) =>
    Promise.all(contenders.map((contender) => contender.ask(order, expected)));
  try {
    const [first] = contenders;
    await first?.ask({ kind: 'go', game: 'lease' }, 'came');
    await first?.ask({ kind: 'give back' }, 'given back');
    for (let round = 1; round <= rounds; round += 1) {
      const game = gameOf(round);
      counts[game] += 1;
      await race(game, round);
      onRound?.(round);
    }
  } finally {
    for (const contender of contenders) contender.stop();
    store.close();
  }
  return { rounds: counts, answers, winners, seconds: (performance.now() - startedAt) / 1000, failures };

  async function race(game: Game, round: number): Promise<void> {
    const say = (what: string): void => void failures.push(`round ${round} (${game}): ${what}`);
    if (game === 'stale lease') await leaveDeadLease();
    await all({ kind: 'look' }, 'looked');
    if (game === 'stale lease') await sleep(DEAD_TTL * 1.2);
    const before = await rawHead();
    const came = await all({ kind: 'go', game }, 'came');
    const after = await rawHead();
    for (const { how } of came) answers[`${game}: ${how}`] = (answers[`${game}: ${how}`] ?? 0) + 1;
    const won = came.filter((one) => one.won);
    winners += won.length;
    if (won.length !== 1) say(`${won.length} of ${racers} won`);
    if (after.epoch !== before.epoch + 1) say(`the epoch went from ${before.epoch} to ${after.epoch}`);
    const marks = new Set(won.map(({ mark }) => mark));
    if (game === 'small push') {
      if (after.lease !== null) say('a small push has left a lease');
      if (!marks.has(after.commit?.id ?? '')) say('the commit that stands is not the winner’s');
      const wrong = came.filter((one) => !one.won && after.recentCommits.includes(one.mark));
      if (wrong.length > 0) say(`${wrong.length} losers are in the register`);
      return;
    }
    if (!marks.has(after.lease?.nonce ?? '')) say('the lease that stands is not the winner’s');
    const believers = (await all({ kind: 'believe' }, 'believes')).filter(({ holds }) => holds);
    if (believers.length !== 1) say(`${believers.length} believe that the lease is theirs`);
    await all({ kind: 'give back' }, 'given back');
    const last = await rawHead();
    if (last.lease !== null || last.epoch !== after.epoch) say('the lease was not given back');
  }

  async function leaveDeadLease(): Promise<void> {
    const head = await rawHead();
    const now = new Date().toISOString();
    const [nonce, tenure] = [systemIds.nonce(), systemIds.nonce()];
    const dead = { holder: 'dead@host', hostname: 'host', pid: 1, workspace: 'dead', tool: 'cli', purpose: 'race' };
    const lease = { ...dead, nonce: tenure, acquiredAt: now, renewedAt: now, ttlMs: DEAD_TTL };
    const text = JSON.stringify({ ...head, nonce, epoch: head.epoch + 1, lease });
    await store.put('head.json', new TextEncoder().encode(text));
  }

  async function rawHead(): Promise<RawHead> {
    const found = await store.get('head.json');
    if (found.kind !== 'found') throw new Error('there is no head');
    const parts: Uint8Array[] = [];
    for await (const part of found.body) parts.push(part);
    return JSON.parse(Buffer.concat(parts).toString()) as RawHead;
  }
}

const gameOf = (round: number): Game => {
  if (round % 10 === 0) return 'stale lease';
  return round % 2 === 0 ? 'lease' : 'small push';
};

interface Contender {
  ask<T extends Answer['kind']>(order: Order, expected: T): Promise<Extract<Answer, { kind: T }>>;
  stop(): void;
}

async function startRacer(setup: RacerSetup): Promise<Contender> {
  const child: ChildProcess = fork(PROGRAM, {
    env: { PATH: process.env['PATH'] ?? '', RACER: JSON.stringify(setup) },
    execArgv: [],
  });
  const answer = async (): Promise<Answer> => (await once(child, 'message'))[0] as Answer;
  await answer();
  return {
    async ask<T extends Answer['kind']>(order: Order, expected: T) {
      const answering = answer();
      child.send(order);
      const found = await answering;
      if (found.kind !== expected) throw new Error(`${setup.name} answered ${JSON.stringify(found)}`);
      return found as Extract<Answer, { kind: T }>;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
