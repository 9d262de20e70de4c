import type { StoredFile } from '../core/format/tree.ts';
import type { Phase } from '../core/status/sync-report.ts';
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

/** The same datastore; `told` hears what each phase of a cycle took when it ends, the last one also when the cycle fails. */
export function withPhaseCosts<File extends StoredFile>(
  datastore: Datastore<File>,
  { clock, costs, told }: { clock: Clock; costs: () => Costs; told: (phase: PhaseCosts) => void },
): Datastore<File> {
  return {
    ...datastore,
    async sync(options = {}) {
      let phase: Phase = 'connecting';
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
      };
      try {
        return await datastore.sync({
          ...options,
          onProgress(progress) {
            enter(progress.phase);
            options.onProgress?.(progress);
          },
        });
      } finally {
        enter('done');
      }
    },
  };
}

/** One line for a log. */
export const phaseText = ({ phase, ms, requests, bytesUp, bytesDown, retries }: PhaseCosts): string =>
  `${phase}: ${ms} ms, ${requests} requests (${retries} again), ${bytesUp} bytes up, ${bytesDown} down`;
