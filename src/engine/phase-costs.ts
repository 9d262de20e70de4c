import { SyncError } from '../core/errors.ts';
import type { StoredFile } from '../core/format/tree.ts';
import type { Phase, SyncReport } from '../core/status/sync-report.ts';
import type { Datastore } from './datastore.ts';
import type { Clock } from './ports.ts';

/** Since the start of the process; bytes are those of bodies. */
export interface Costs {
  readonly requests: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Of the requests, those that were sent again. */
  readonly retries: number;
}

/** What one phase of a cycle took. */
export interface PhaseCosts extends Costs {
  readonly phase: Phase;
  readonly ms: number;
}

/** Hears of a cycle as it goes. */
export interface CycleListener {
  readonly cycleBegun: (purpose: string) => void;
  readonly phaseBegun: (phase: Phase) => void;
  /** With what it did, or (null) the kind of what stopped it. */
  readonly cycleEnded: (report: SyncReport | null, failure?: string) => void;
}

export interface PhaseParts {
  readonly clock: Clock;
  readonly costs: () => Costs;
  /** What each phase of a cycle took, when it ends: the last one also when the cycle fails. */
  readonly told: (phase: PhaseCosts) => void;
  readonly listener?: CycleListener | null;
}

/** The same datastore, its cycles told of. */
export function withPhaseCosts<File extends StoredFile>(
  datastore: Datastore<File>,
  { clock, costs, told, listener = null }: PhaseParts,
): Datastore<File> {
  return {
    ...datastore,
    async sync(options = {}) {
      let phase: Phase = 'connecting';
      listener?.cycleBegun(options.purpose ?? 'sync');
      listener?.phaseBegun(phase);
      let [since, before] = [clock.monotonic(), costs()];
      const enter = (next: Phase): void => {
        if (next === phase) return;
        const [now, after] = [clock.monotonic(), costs()];
        told({
          phase,
          ms: Math.round(now - since),
          requests: after.requests - before.requests,
          bytesUp: after.bytesUp - before.bytesUp,
          bytesDown: after.bytesDown - before.bytesDown,
          retries: after.retries - before.retries,
        });
        [phase, since, before] = [next, now, after];
        if (next !== 'done') listener?.phaseBegun(next);
      };
      let report: SyncReport | null = null;
      let failure: string | undefined;
      try {
        report = await datastore.sync({
          ...options,
          onProgress(progress) {
            enter(progress.phase);
            options.onProgress?.(progress);
          },
        });
        return report;
      } catch (error) {
        failure = error instanceof SyncError ? error.kind : 'failed';
        throw error;
      } finally {
        enter('done');
        listener?.cycleEnded(report, failure);
      }
    },
  };
}

/** One line for a log. */
export const phaseText = ({ phase, ms, requests, bytesUp, bytesDown, retries }: PhaseCosts): string =>
  `${phase}: ${ms} ms, ${requests} requests (${retries} again), ${bytesUp} bytes up, ${bytesDown} down`;
