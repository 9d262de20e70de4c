import { SyncError } from '../../core/errors.ts';
import type { HistoryPolicy } from '../../core/garbage/keep.ts';
import type { SyncReport } from '../../core/status/sync-report.ts';
import type { CycleParts } from '../cycle/run.ts';
import type { Lease } from '../lease/lease.ts';
import { collectGarbage, TooMuch } from './collect.ts';
import { ageOf } from './kept-commits.ts';

/** Between two collections of one remote, whoever makes them. */
const PAUSE_MS = 24 * 3_600_000;
/** What one may take in passing: a few seconds of requests. What is more needs a person who asks for it. */
const MOST_REQUESTS = 1_000;

/** Collects garbage after a push where it is due. Never rejects: what could not be done is for the next one. */
export interface Collector {
  afterPush(report: SyncReport, held: Lease | null, signal: AbortSignal | undefined): Promise<void>;
}

export function createCollector(parts: CycleParts, history: HistoryPolicy): Collector {
  const { store, register, clock, log } = parts;
  /** By the monotonic clock: before that nobody needs to be asked. */
  let notBefore = -Infinity;

  async function isDue(signal: AbortSignal | undefined): Promise<boolean> {
    const head = register.known()?.head;
    // Younger histories have nothing to give.
    if (head?.commit == null || head.commit.generation <= history.commits) return false;
    if (clock.monotonic() < notBefore) return false;
    const age = head.collected ? await ageOf(store, head.collected.at, signal) : 'missing';
    const left = age === 'missing' ? 0 : PAUSE_MS - (age ?? 0);
    notBefore = clock.monotonic() + Math.max(0, left);
    return left <= 0;
  }

  return {
    async afterPush({ uploaded, deletedRemote }, held, signal) {
      if (!history.collects || uploaded + deletedRemote === 0) return;
      try {
        if (!(await isDue(signal))) return;
        // Also where it fails: a remote that cannot be collected is not asked with every push.
        notBefore = clock.monotonic() + PAUSE_MS;
        const options = {
          purpose: 'gc',
          mostRequests: history.mostRequests ?? MOST_REQUESTS,
          ...(signal ? { signal } : {}),
        };
        const { commits, shards, objects, bytes } = await collectGarbage(
          { ...parts, waitMs: 0 },
          history,
          options,
          held,
        );
        log.info(`collected ${commits} commits, ${shards} shards and ${objects} objects: ${bytes} bytes`);
      } catch (error) {
        if (error instanceof TooMuch)
          log.info('the garbage of the remote is too much to collect in passing: datastore gc');
        else if (error instanceof SyncError && error.kind === 'locked') log.debug(`not collected: ${error.message}`);
        else log.info(`not collected: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}
