import type { Problem, SyncErrorKind } from '../errors.ts';
import type { LeaseHolder, Whose } from '../format/lease-holder.ts';
import type { Conflict, Step, StepKind } from '../plan/plan.ts';
import { isCutOff } from './cut-off.ts';
import type { Preview, Progress, SyncReport } from './sync-report.ts';

/** Everything a face shows of one folder. One value; faces hold no state of their own. Times are milliseconds since 1970. */
export interface SyncStatus {
  /** A folder used in place: nothing is ever pending. */
  readonly inPlace: boolean;
  readonly paused: boolean;
  /** Null: nothing under way. */
  readonly progress: Progress | null;
  /** Whether both sides were compared since this began: before that nobody knows whether there are conflicts. */
  readonly looked: boolean;
  /** What the last look found to do, with what the watcher has told since; null where neither has told anything. */
  readonly pending: { readonly up: number; readonly down: number } | null;
  /** The steps behind `pending`, as far as a look has named them: hints of the watcher are only counted. */
  readonly changes: readonly Step[];
  readonly conflicts: readonly Conflict[];
  readonly problems: readonly Problem[];
  readonly lease: { readonly record: LeaseHolder; readonly ours: Whose } | null;
  /** When the register was last read, and how long that took in milliseconds. */
  readonly seenAt: number | null;
  readonly latencyMs: number | null;
  readonly generation: number | null;
  readonly last: { readonly at: number; readonly report: SyncReport } | null;
  /** The failure of the last attempt; null after a success. */
  readonly failure: {
    readonly kind: SyncErrorKind;
    readonly message: string;
    readonly remedy: string;
    readonly at: number;
    /** When the first of an unbroken row of failures of this kind was. */
    readonly since: number;
  } | null;
}

export type StatusEvent =
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** `part`: in one direction, or of the approved steps of these paths; else of all. */
  | { readonly kind: 'synced'; readonly report: SyncReport; readonly at: number; readonly part?: Part }
  /** `busy`: the attempt was turned away before it began, what is shown stays true. */
  | {
      readonly kind: 'failed';
      readonly error: { readonly kind: SyncErrorKind; readonly message: string; readonly remedy: string };
      readonly at: number;
    }
  | { readonly kind: 'previewed'; readonly preview: Preview }
  /** As `previewed`, but against what was last seen of the remote: the failure stays. */
  | { readonly kind: 'waiting'; readonly preview: Preview }
  /** Files changed on disk: hints, counted until the next look. */
  | { readonly kind: 'touched'; readonly paths: number }
  | {
      readonly kind: 'register';
      readonly lease: SyncStatus['lease'];
      readonly generation: number | null;
      readonly seenAt: number;
      readonly latencyMs: number;
    };

export type Part = 'up' | 'down' | readonly string[];

export const INITIAL_STATUS: SyncStatus = {
  inPlace: false,
  paused: false,
  progress: null,
  looked: false,
  pending: null,
  changes: [],
  conflicts: [],
  problems: [],
  lease: null,
  seenAt: null,
  latencyMs: null,
  generation: null,
  last: null,
  failure: null,
};

export function reduceStatus(status: SyncStatus, event: StatusEvent): SyncStatus {
  switch (event.kind) {
    case 'paused':
      return { ...status, paused: true };
    case 'resumed':
      return { ...status, paused: false };
    case 'progress':
      return { ...status, progress: event.progress.phase === 'done' ? null : event.progress };
    case 'synced':
      return {
        ...status,
        progress: null,
        // What stops the rest of a plan stays until a look does not find it any more.
        failure: typeof event.part === 'object' && status.failure?.kind === 'veto' ? status.failure : null,
        looked: true,
        ...leftBy(status, event.part),
        conflicts: event.report.conflicts,
        problems: event.report.problems,
        generation: event.report.generation,
        last: { at: event.at, report: event.report },
      };
    case 'failed':
      return {
        ...status,
        progress: null,
        failure:
          event.error.kind === 'cancelled'
            ? status.failure
            : {
                ...event.error,
                at: event.at,
                since: status.failure?.kind === event.error.kind ? status.failure.since : event.at,
              },
      };
    case 'previewed':
      return {
        ...status,
        ...waitingOf(event.preview),
        looked: true,
        progress: null,
        failure: isPast(status.failure, event.preview) ? null : status.failure,
        conflicts: event.preview.plan.conflicts,
        problems: event.preview.held,
        generation: event.preview.generation,
      };
    case 'waiting':
      return { ...status, ...waitingOf(event.preview), conflicts: event.preview.plan.conflicts };
    case 'touched':
      return {
        ...status,
        pending: { up: Math.max(status.pending?.up ?? 0, event.paths), down: status.pending?.down ?? 0 },
      };
    case 'register':
      return {
        ...status,
        // A folder whose lock can be read is there, and nothing else can fail.
        failure: status.inPlace || isOver(status.failure, event.lease) ? null : status.failure,
        lease: event.lease,
        seenAt: event.seenAt,
        latencyMs: event.latencyMs,
        pending:
          status.pending && status.pending.down === 0 && behind(status.generation, event.generation)
            ? { ...status.pending, down: 1 }
            : status.pending,
      };
  }
}

const waitingOf = (preview: Preview): Pick<SyncStatus, 'pending' | 'changes'> => ({
  pending: countPending(preview),
  changes: preview.plan.steps.filter((step) => directionOf(step.kind) !== null),
});

/** What a cycle has left undone, as far as it was known before: the next look knows more. */
function leftBy({ pending, changes }: SyncStatus, part?: Part): Pick<SyncStatus, 'pending' | 'changes'> {
  if (part === undefined) return { pending: { up: 0, down: 0 }, changes: [] };
  const paths = typeof part === 'string' ? null : new Set(part);
  const isDone = ({ kind, path }: Step) => (paths === null ? directionOf(kind) === part : paths.has(path));
  const left = changes.filter((step) => !isDone(step));
  const count = (way: 'up' | 'down') => {
    if (pending === null || part === way) return 0;
    return pending[way] - changes.filter((step) => isDone(step) && directionOf(step.kind) === way).length;
  };
  return { pending: pending && { up: count('up'), down: count('down') }, changes: left };
}

const behind = (ours: number | null, theirs: number | null): boolean => theirs !== null && theirs > (ours ?? 0);

/** Whether a look shows that this failure is past. */
const isPast = (failure: SyncStatus['failure'], { vetoes }: Preview): boolean =>
  isCutOff(failure?.kind) || (failure?.kind === 'veto' && vetoes.length === 0);

/** Whether reading the register shows that this failure is past. */
function isOver(failure: SyncStatus['failure'], lease: SyncStatus['lease']): boolean {
  if (failure?.kind === 'offline' || failure?.kind === 'credentials') return true;
  return (failure?.kind === 'locked' || failure?.kind === 'lease-lost') && lease === null;
}

/** Which way a step goes; null where no file moves. */
export function directionOf(kind: StepKind): 'up' | 'down' | null {
  switch (kind) {
    case 'upload':
    case 'delete-remote':
      return 'up';
    case 'download':
    case 'delete-local':
    case 'keep-both':
      return 'down';
    case 'adopt':
    case 'forget':
      return null;
  }
}

/** Files to go up and to come down, deletions included. */
export function countPending(preview: Preview): { readonly up: number; readonly down: number } {
  const directions = preview.plan.steps.map(({ kind }) => directionOf(kind));
  return {
    up: directions.filter((way) => way === 'up').length,
    down: directions.filter((way) => way === 'down').length,
  };
}
