import type { Phase, SyncReport } from '../../core/status/sync-report.ts';

export type Attributes = Readonly<Record<string, string | number>>;

/** Something that takes time, begun and not ended yet. */
export interface Span {
  /** Once. `failure`: what kind, never the words: paths and answers of stores are in them. */
  end(attributes: Attributes, failure?: string): void;
}

/** Where spans go. */
export interface Tracing {
  begin(name: string, attributes: Attributes, parent: Span | null): Span;
  /** Sends what has ended, as far as that goes quickly. Never rejects. */
  flush(): Promise<void>;
}

/** The spans of one datastore: a cycle, its phases, the requests in them. */
export interface DatastoreSpans {
  readonly cycleBegun: (purpose: string) => void;
  readonly cycleEnded: (report: Counts | null, failure?: string) => void;
  readonly phaseBegun: (phase: Phase) => void;
  readonly phaseEnded: (costs: Costs) => void;
  /** Below the phase that goes on; outside of cycles by itself. */
  request(name: string, attributes: Attributes): Span;
}

type Counts = Pick<SyncReport, 'uploaded' | 'downloaded' | 'deletedLocal' | 'deletedRemote' | 'conflicts' | 'problems'>;

/** What a phase has cost, as its events have it. */
interface Costs {
  readonly requests: number;
  readonly retries: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export function openSpans(tracing: Tracing): DatastoreSpans {
  let cycle: Span | null = null;
  let phase: Span | null = null;
  return {
    cycleBegun(purpose) {
      cycle = tracing.begin('datastore.cycle', { 'datastore.purpose': purpose }, null);
    },
    cycleEnded(report, failure) {
      cycle?.end(
        report === null
          ? {}
          : {
              'datastore.uploaded': report.uploaded,
              'datastore.downloaded': report.downloaded,
              'datastore.deleted': report.deletedLocal + report.deletedRemote,
              'datastore.conflicts': report.conflicts.length,
              'datastore.problems': report.problems.length,
            },
        failure,
      );
      cycle = null;
    },
    phaseBegun(name) {
      phase = tracing.begin(`datastore.${name}`, {}, cycle);
    },
    phaseEnded({ requests, retries, bytesUp, bytesDown }) {
      phase?.end({
        'datastore.requests': requests,
        'datastore.retries': retries,
        'datastore.bytes_up': bytesUp,
        'datastore.bytes_down': bytesDown,
      });
      phase = null;
    },
    request: (name, attributes) => tracing.begin(name, attributes, phase ?? cycle),
  };
}
