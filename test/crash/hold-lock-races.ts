import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FOLDER_LOCK } from '../../src/adapters/fs/own-names.ts';

export interface LockRaceOptions {
  /** Processes, each on a host of its own by its name; every other one comes by a second path. */
  readonly contenders: number;
  readonly rounds: number;
  readonly onRound?: (round: number) => void;
}

export interface LockRaceResult {
  /** Tenures: every contender has one in every round. */
  readonly tenures: number;
  /** Tenures that others kept waiting. */
  readonly waited: number;
  /** Rounds that began with the lock of a holder who was gone. */
  readonly stolen: number;
  readonly seconds: number;
  /** What must not be. Empty: each time one owner, and the file said so. */
  readonly failures: readonly string[];
}

export interface LockContenderSetup {
  readonly lock: string;
  /** A file that only one at a time can make. */
  readonly marker: string;
  readonly hostname: string;
  readonly ttlMs: number;
  readonly pollMs: number;
}

/** `alone`: nobody else was inside. `kept`: the file named its tenure to the end. */
export interface LockAnswer {
  readonly alone: boolean;
  readonly kept: boolean;
  readonly waited: boolean;
  readonly error: string | null;
}

const PROGRAM = fileURLToPath(new URL('lock-contender.ts', import.meta.url));
const TTL = 30_000;
const POLL = 5;
/** Until anybody may take over from who is gone. */
const DEAD_TTL = 100;
const STEAL_EVERY = 5;

/** Lets processes contend for the lock of a folder, round after round: free, or left behind by a host that is gone. */
export async function holdLockRaces({ contenders, rounds, onRound }: LockRaceOptions): Promise<LockRaceResult> {
  const startedAt = performance.now();
  const top = mkdtempSync(join(tmpdir(), 'datastore-lock-races-'));
  const [shared, mount] = [join(top, 'shared'), join(top, 'mount')];
  mkdirSync(shared);
  symlinkSync(shared, mount);
  const failures: string[] = [];
  let [waited, stolen] = [0, 0];
  const children = await Promise.all(
    Array.from({ length: contenders }, (_, index) =>
      start({
        lock: join(index % 2 === 0 ? shared : mount, FOLDER_LOCK),
        marker: join(top, 'inside'),
        hostname: `build-${index}`,
        ttlMs: TTL,
        pollMs: POLL,
      }),
    ),
  );
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const isStolen = round % STEAL_EVERY === 0;
      if (isStolen) {
        stolen += 1;
        leaveBehind(join(shared, FOLDER_LOCK));
      }
      const answers = await Promise.all(children.map(haveItOnce));
      for (const { alone, kept, error, ...answer } of answers) {
        if (answer.waited) waited += 1;
        const what = [alone ? '' : 'two inside', kept ? '' : 'the file named another', error ?? ''].filter(Boolean);
        if (what.length > 0) failures.push(`round ${round}${isStolen ? ' (stolen)' : ''}: ${what.join(', ')}`);
      }
      const left = readdirSync(shared);
      if (left.length > 0) failures.push(`round ${round}: left behind: ${left.join(', ')}`);
      onRound?.(round);
    }
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(top, { recursive: true, force: true });
  }
  return { tenures: rounds * contenders, waited, stolen, seconds: (performance.now() - startedAt) / 1000, failures };
}

function leaveBehind(lock: string): void {
  const acquiredAt = new Date().toISOString();
  const nonce = crypto.randomUUID();
  writeFileSync(
    lock,
    JSON.stringify({ holder: 'carol', hostname: 'gone', pid: 7, acquiredAt, ttlMs: DEAD_TTL, nonce }),
  );
}

async function start(setup: LockContenderSetup): Promise<ChildProcess> {
  const env = { PATH: process.env['PATH'] ?? '', CONTENDER: JSON.stringify(setup) };
  const child = fork(PROGRAM, { env, execArgv: [] });
  await once(child, 'message');
  return child;
}

async function haveItOnce(child: ChildProcess): Promise<LockAnswer> {
  const answer = once(child, 'message');
  child.send('go');
  return (await answer)[0] as LockAnswer;
}
