import { SyncError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { errno, Killed } from './disk/errno.ts';
import type { Proc } from './disk/kernel.ts';
import type { Disk } from './disk/node.ts';
import { nameOf } from './fault-names.ts';
import type { Loop, Owner } from './loop.ts';
import type { Random } from './random.ts';
import type { Act, Strike } from './scenario.ts';

/** A computer: its disk, its clocks, and whether it sleeps. */
export interface Machine extends Owner {
  readonly isDead: false;
  readonly client: number;
  readonly disk: Disk<Process>;
  /** Of the wall clock, to the true time. */
  aheadMs: number;
  /** How long the monotonic clock has stood still. */
  lagMs: number;
  asleepUntil: number;
  offlineUntil: number;
  expiredUntil: number;
  rootIsAway: boolean;
  /** How often its power was cut. */
  cuts: number;
  readonly processes: Set<Process>;
  /** By the configuration of its workspace; the path is below the root. */
  readonly isExcluded: (path: string) => boolean;
}

/** One running program on a machine. */
export interface Process extends Proc {
  readonly machine: Machine;
  readonly tool: 'vscode' | 'cli';
  readonly random: Random;
  /** Still to come, of the step under way. */
  strikes: Armed[];
  stillUntil: number;
  /** The next write through a handle is done only in part. */
  isShort: boolean;
  /** Syncs under way that give up what is here wherever that is in conflict. */
  yields: number;
  /** Undos that it is told to carry out: what it brings now, and takes away, is its person's doing. */
  undoes: number;
  /** Open in an editor, with text that is not saved. */
  busy: ReadonlySet<string>;
  readonly struck: (name: string) => void;
  /** Its watcher hears that something was changed at this path on the disk. */
  hears: (path: string) => void;
}

interface Armed {
  readonly strike: Strike;
  left: number;
}

export interface ProcessParts {
  readonly loop: Loop;
  readonly machine: Machine;
  readonly id: number;
  readonly tool: Process['tool'];
  readonly random: Random;
  readonly diskPauses: number;
  readonly struck: (name: string) => void;
  readonly act: (machine: Machine, act: Act) => void;
  readonly cutPower: (machine: Machine) => void;
}

export function startProcess(parts: ProcessParts): Process {
  const { loop, machine, random } = parts;
  const process: Process = {
    ...parts,
    disk: machine.disk,
    isDead: false,
    strikes: [],
    stillUntil: 0,
    isShort: false,
    yields: 0,
    undoes: 0,
    busy: new Set(),
    hears: () => {},
    get asleepUntil() {
      return Math.max(machine.asleepUntil, process.stillUntil);
    },
    onCall(call) {
      loop.tick();
      if (process.strikes.length === 0) return;
      const harm = takeStrike(process, 'call', call);
      switch (harm?.kind) {
        case 'errno':
          throw errno(harm.code, call);
        case 'act':
          return parts.act(machine, harm.act);
        case 'short write':
          process.isShort = true;
          return;
        case 'kill':
          process.isDead = true;
          throw new Killed();
        case 'power':
          parts.cutPower(machine);
          throw new Killed();
        default:
      }
    },
    takesPart() {
      if (!process.isShort) return false;
      process.isShort = false;
      process.struck(nameOf({ at: 'call', harm: { kind: 'short write' } }));
      return true;
    },
    async breathe() {
      if (!random.chance(parts.diskPauses)) return;
      await new Promise<void>((resolve) => loop.after(random.spread(1, 20), process, resolve));
    },
  };
  machine.processes.add(process);
  return process;
}

/** The harm whose turn it is, if any. It is counted by its kind, but for those of answers. */
export function takeStrike(process: Process, at: Strike['at'], ...names: readonly string[]): Strike['harm'] | null {
  let taken: Strike['harm'] | null = null;
  for (const armed of process.strikes) {
    const { strike } = armed;
    if (strike.at !== at || (strike.on !== 'any' && !names.includes(strike.on))) continue;
    armed.left -= 1;
    if (armed.left !== 0 || taken !== null) continue;
    taken = strike.harm;
    // What befalls an answer or a write is counted where it does so.
    if (taken.kind !== 'answer' && taken.kind !== 'short write') process.struck(nameOf(strike));
  }
  if (taken) process.strikes = process.strikes.filter(({ left }) => left > 0);
  return taken;
}

/** 2026-01-02T03:04:05Z */
const EPOCH = Date.UTC(2026, 0, 2, 3, 4, 5);

export const wallTime = (loop: Loop, machine: Pick<Machine, 'aheadMs'>): number => EPOCH + loop.time + machine.aheadMs;

/** What no timer takes less than: so small a rest could vanish in a sum of times, and time would stand still. Node's least is 1 ms. */
const LEAST_TIMER_MS = 0.001;

/** The clocks as a program on this machine sees them. */
export function clockOf(loop: Loop, process: Process): Clock {
  const { machine } = process;
  const monotonic = () => loop.time - machine.lagMs;

  function after(ms: number, tick: () => void): () => void {
    const due = monotonic() + (ms > 0 ? Math.max(LEAST_TIMER_MS, ms) : 0);
    let cancel = () => {};
    const arm = () => {
      cancel = loop.after(due - monotonic(), process, () => {
        // The machine slept meanwhile, and its timers with it.
        if (monotonic() + 1e-6 < due) arm();
        else tick();
      });
    };
    arm();
    return () => cancel();
  }

  return {
    now: () => wallTime(loop, machine),
    monotonic,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(stopped(signal));
        const cancel = after(ms, () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        });
        const stop = () => {
          cancel();
          reject(stopped(signal));
        };
        signal?.addEventListener('abort', stop, { once: true });
      }),
  };
}

const stopped = (signal: AbortSignal | undefined) =>
  new SyncError('cancelled', 'Stopped while waiting.', 'Sync again when you like.', { cause: signal?.reason });
