import { SyncError } from '../../core/errors.ts';
import { bytesText } from '../../core/quantities.ts';
import type { SetupStepKind } from '../../core/setup/setup-plan.ts';
import { asSyncError } from '../remote/store-error.ts';
import type { Work } from './setup-work.ts';

export interface SetupLine {
  readonly kind: SetupStepKind;
  readonly text: string;
}

/** `details` of a set-up's SyncError. */
export interface SetupFailure {
  readonly done: readonly SetupLine[];
  /** The steps that did not come to their end, in words; the first of them may be half done. */
  readonly todo: readonly SetupLine[];
  /** How far the transfer under way came; null: there was none. */
  readonly reached: string | null;
  /** What stays behind, and is used again by the next run. */
  readonly left: readonly string[];
  readonly isConfigured: boolean;
  /** Whoever stopped it knows nothing of how far it came: the remedy is `goesOnText`. */
  readonly isStopped: boolean;
  readonly details: unknown;
}

/** What a set-up says beside its error; null of any other error, and of one before it began. */
export function setupFailureOf(error: unknown): SetupFailure | null {
  const details = error instanceof SyncError ? error.details : null;
  return typeof details === 'object' && details !== null && 'isConfigured' in details
    ? (details as SetupFailure)
    : null;
}

/** Why a set-up failed, with all it has to say of how far it came. */
export function setupError(work: Work, error: unknown, { done, todo }: Pick<SetupFailure, 'done' | 'todo'>): SyncError {
  const { left, isConfigured, remote, target } = work;
  const { kind, message, details, ...said } = asSyncError(error, remote?.store.name ?? target.folder);
  const isStopped = kind === 'cancelled';
  const failure: SetupFailure = {
    done,
    todo,
    reached: reachedText(work),
    left: [...left],
    isConfigured,
    isStopped,
    details: details ?? null,
  };
  const remedy = isStopped ? goesOnText(isConfigured) : said.remedy;
  return new SyncError(kind, message, remedy, { cause: error, details: failure });
}

function reachedText({ note }: Work): string | null {
  const progress = note.latest();
  return progress === null
    ? null
    : `${progress.files} of ${progress.totalFiles} files, ${bytesText(progress.bytes)} of ${bytesText(progress.totalBytes)}`;
}

/** What the next run does of a set-up that has not ended. */
export const goesOnText = (isConfigured: boolean): string =>
  isConfigured
    ? 'The configuration is written; run the same command again to finish.'
    : 'The configuration is as it was; run the same command again to go on.';
