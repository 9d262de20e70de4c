import type { Problem } from '../../core/errors.ts';
import type { Conflict } from '../../core/plan/plan.ts';
import type { Phase, Progress, Skipped, SyncReport } from '../../core/status/sync-report.ts';

/** Counts what a cycle does, over all its passes, and tells it as it happens. */
export interface Tally {
  /** Problems of earlier passes are forgotten: this one meets them again, or not. */
  beginPass(): void;
  phase(phase: Phase, totalFiles?: number, totalBytes?: number): void;
  waiting(holder: string): void;
  /** Milliseconds that the store has asked all requests to wait; null: no longer. */
  readonly patience: (waitMs: number | null) => void;
  readonly bytes: (bytes: number) => void;
  readonly file: () => void;
  add(counts: Partial<Counts>): void;
  problems(problems: readonly Problem[]): void;
  /** Kept over all passes. */
  notices(problems: readonly Problem[]): void;
  conflicts(conflicts: readonly Conflict[]): void;
  skipped(skipped: readonly Skipped[]): void;
  /** Notices first. */
  problemsSoFar(): readonly Problem[];
  report(rest: Pick<SyncReport, 'generation' | 'requests' | 'bytesUp' | 'bytesDown' | 'ms'>): SyncReport;
}

interface Counts {
  uploaded: number;
  downloaded: number;
  deletedLocal: number;
  deletedRemote: number;
  adopted: number;
}

export function createTally(onProgress: (progress: Progress) => void = () => {}): Tally {
  const counts: Counts = { uploaded: 0, downloaded: 0, deletedLocal: 0, deletedRemote: 0, adopted: 0 };
  const problems = new Map<string, Problem>();
  const notices: Problem[] = [];
  let conflicts: readonly Conflict[] = [];
  let skipped: readonly Skipped[] = [];
  let now: Progress = { phase: 'connecting', files: 0, totalFiles: 0, bytes: 0, totalBytes: 0 };

  let patienceMs: number | null = null;

  const tell = (next: Progress) => {
    now = next;
    onProgress(patienceMs === null ? now : { ...now, patienceMs });
  };

  return {
    phase: (phase, totalFiles = 0, totalBytes = 0) => tell({ phase, files: 0, totalFiles, bytes: 0, totalBytes }),
    waiting: (holder) => tell({ phase: 'waiting', files: 0, totalFiles: 0, bytes: 0, totalBytes: 0, holder }),
    patience(waitMs) {
      patienceMs = waitMs;
      tell(now);
    },
    bytes: (bytes) => tell({ ...now, bytes: now.bytes + bytes }),
    file: () => tell({ ...now, files: now.files + 1 }),
    beginPass: () => problems.clear(),
    notices: (more) => void notices.push(...more),
    add(more) {
      for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += more[key] ?? 0;
    },
    problems(more) {
      for (const problem of more) problems.set(problem.path, problem);
    },
    conflicts(found) {
      conflicts = found;
    },
    skipped(found) {
      skipped = found;
    },
    problemsSoFar: () => [...notices, ...problems.values()],
    report: (rest) => ({ ...counts, ...rest, conflicts, problems: [...notices, ...problems.values()], skipped }),
  };
}
