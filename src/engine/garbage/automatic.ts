import type { SyncErrorKind } from '../../core/errors.ts';
import { eitherOf, HISTORY, type HistoryPolicy, IN_PASSING } from '../../core/garbage/keep.ts';
import type { SyncReport } from '../../core/status/sync-report.ts';
import type { CycleParts } from '../cycle/run.ts';
import type { SyncOptions } from '../datastore.ts';
import type { Lease } from '../lease/lease.ts';
import { asSyncError } from '../remote/store-error.ts';
import type { CollectionNote } from '../state/base-store.ts';
import { withinTime } from './allowance.ts';
import { collectGarbage } from './collect.ts';
import { ageOf } from './store-clock.ts';

/** Between two collections of one remote, whoever makes them; and after one that cannot be made. */
const PAUSE_MS = 24 * 3_600_000;
/** After one that another stood in the way of, or the network. */
const SHORT_PAUSE_MS = 600_000;
const PASSING: ReadonlySet<SyncErrorKind> = new Set([
  'locked',
  'lease-lost',
  'offline',
  'unknown-outcome',
  'cancelled',
]);
/** The same is told again after that. */
const TOLD_FOR_MS = 30 * 24 * 3_600_000;

type Going = Pick<SyncOptions, 'signal' | 'onProgress'>;

/** Collects garbage after a push where it is due. Never rejects: what could not be done is for the next one. */
export interface Collector {
  /** Gives the report with what that took. */
  afterPush(report: SyncReport, held: Lease | null, going: Going): Promise<SyncReport>;
}

export function createCollector(parts: CycleParts, history: HistoryPolicy): Collector {
  const { store, register, base, clock, log } = parts;
  const limits = eitherOf(history, history.least ?? HISTORY);
  const ceiling = history.most ?? IN_PASSING;

  const postpone = (ms: number, told: CollectionNote['told'] = null) =>
    base.setCollection({ remote: store.name, notBefore: clock.now() + ms, told });

  /** The last attempt from here lies in the state folder: each process would else ask, and pay, anew. */
  async function isDue(note: CollectionNote | null, signal: AbortSignal | undefined): Promise<boolean> {
    const left = (note?.notBefore ?? 0) - clock.now();
    // More than a pause away: the clock of this machine was set back.
    if (left > 0 && left <= PAUSE_MS) return false;
    const collected = register.known()?.head?.collected;
    const age = collected?.at === undefined ? 'missing' : await ageOf(store, collected.at, signal);
    const young = age === 'missing' ? 0 : PAUSE_MS - Math.max(0, age ?? 0);
    await postpone(young > 0 ? young : PAUSE_MS, note?.told);
    return young <= 0;
  }

  async function collect(held: Lease | null, { signal, onProgress }: Going): Promise<void> {
    const found = await base.collection();
    const note = found?.remote === store.name ? found : null;
    try {
      if (!(await isDue(note, signal))) return;
      const options = { purpose: 'gc', ceiling, ...(onProgress ? { onProgress } : {}) };
      const { commits, shards, objects, bytes } = await withinTime(clock, ceiling.ms, signal, (either) =>
        collectGarbage({ ...parts, waitMs: 0 }, limits, { ...options, signal: either }, held),
      );
      log.info(`collected ${commits} commits, ${shards} shards and ${objects} objects: ${bytes} bytes`);
      await postpone(PAUSE_MS);
    } catch (error) {
      const { kind, message, remedy } = asSyncError(error, store.name);
      const why = `not collected: ${message}. ${remedy}`;
      if (PASSING.has(kind)) {
        log.info(why);
        return await postpone(SHORT_PAUSE_MS, note?.told);
      }
      const now = clock.now();
      const told = note?.told?.why === why && Math.abs(now - note.told.at) < TOLD_FOR_MS ? note.told : null;
      if (told === null) log.warn(why);
      else log.info(why);
      await postpone(PAUSE_MS, told ?? { why, at: now });
    }
  }

  return {
    async afterPush(report, held, going) {
      const { head } = register.known() ?? { head: null };
      // Younger histories have nothing to give.
      if (!history.collects || head?.commit == null || head.commit.generation <= limits.commits) return report;
      if (report.uploaded + report.deletedRemote === 0) return report;
      const before = { ...store.traffic };
      const startedAt = clock.monotonic();
      await collect(held, going).catch((error: unknown) => log.warn(`not collected: ${String(error)}`));
      return {
        ...report,
        requests: report.requests + store.traffic.requests - before.requests,
        bytesUp: report.bytesUp + store.traffic.bytesUp - before.bytesUp,
        bytesDown: report.bytesDown + store.traffic.bytesDown - before.bytesDown,
        ms: report.ms + Math.round(clock.monotonic() - startedAt),
      };
    },
  };
}
