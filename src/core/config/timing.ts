import { seconds } from './config-rules.ts';
import { record, type Values } from './config-shape.ts';

/**
 * The deadlines and paces of a datastore but those of its lock, in milliseconds. Fixed are those on which several processes have to
 * agree, or which stand within the ttl of a lease: a swap of the register and the look at what became of it (10 s each), giving a lease
 * back (3 s), the lock of a root (30 s); and the list of buckets (10 s), which is asked for before there is a configuration.
 */
export interface Timing {
  /** For a connection to the store. */
  readonly connectMs: number;
  /** A connection on which nothing moves for so long is given up. */
  readonly idleMs: number;
  /** For a whole request; a body gets more by its size. */
  readonly requestMs: number;
  /** How long one request is tried again. */
  readonly retryMs: number;
  /** Quiet after a change here before it is synced. */
  readonly settleMs: number;
  /** Between two looks at the remote: while somebody looks on, and while nobody does. */
  readonly pollMs: number;
  readonly pollAwayMs: number;
  /** Between two full scans: events of the watcher are hints only. */
  readonly scanMs: number;
  /** The longest pause between two attempts while the store is out of reach. */
  readonly offlineMs: number;
}

export const DEFAULT_TIMING: Timing = {
  connectMs: 10_000,
  idleMs: 30_000,
  requestMs: 60_000,
  retryMs: 120_000,
  settleMs: 2_000,
  pollMs: 30_000,
  pollAwayMs: 300_000,
  scanMs: 900_000,
  offlineMs: 300_000,
};

const shape = {
  connectSeconds: seconds(0.1, 600),
  idleSeconds: seconds(0.1, 3600),
  requestSeconds: seconds(0.1, 3600),
  retrySeconds: seconds(0, 3600),
  settleSeconds: seconds(0.1, 600),
  pollSeconds: seconds(1, 86_400),
  pollAwaySeconds: seconds(1, 86_400),
  scanSeconds: seconds(10, 86_400),
  offlineSeconds: seconds(1, 86_400),
};

/** The field `timing`; values in milliseconds. */
export const timingRule = record(shape);

/** What is left out is as by default. */
export function timingOf(fields: Values<typeof shape> = {}): Timing {
  const byDefault = DEFAULT_TIMING;
  return {
    connectMs: fields.connectSeconds ?? byDefault.connectMs,
    idleMs: fields.idleSeconds ?? byDefault.idleMs,
    requestMs: fields.requestSeconds ?? byDefault.requestMs,
    retryMs: fields.retrySeconds ?? byDefault.retryMs,
    settleMs: fields.settleSeconds ?? byDefault.settleMs,
    pollMs: fields.pollSeconds ?? byDefault.pollMs,
    pollAwayMs: fields.pollAwaySeconds ?? byDefault.pollAwayMs,
    scanMs: fields.scanSeconds ?? byDefault.scanMs,
    offlineMs: fields.offlineSeconds ?? byDefault.offlineMs,
  };
}

/** The field `timing` that gives this, with what is not as by default; null: none is needed. */
export function timingFields(timing: Timing): Readonly<Record<string, number>> | null {
  const given: Record<string, number> = {};
  for (const name of Object.keys(DEFAULT_TIMING) as (keyof Timing)[]) {
    if (timing[name] !== DEFAULT_TIMING[name]) given[name.replace(/Ms$/, 'Seconds')] = timing[name] / 1000;
  }
  return Object.keys(given).length === 0 ? null : given;
}
