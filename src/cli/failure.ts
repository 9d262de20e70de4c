import { EXIT_CODES, StoreError, SyncError, type SyncErrorKind } from '../core/errors.ts';
import { countText } from '../core/quantities.ts';

/** `error` of a JSON document. `kind` is stable; `message` and `remedy` are for people. */
export interface Failure {
  readonly kind: SyncErrorKind | 'conflicts' | 'problems';
  readonly message: string;
  readonly remedy: string;
  readonly details?: unknown;
}

/** Any thrown value as what to tell and the exit code. */
export function failureOf(thrown: unknown): { readonly failure: Failure; readonly code: number } {
  const error = thrown instanceof SyncError ? thrown : wrapped(thrown);
  const { kind, message, remedy, details } = error;
  const failure = { kind, message, remedy, ...(details === undefined ? {} : { details }) };
  return { failure, code: EXIT_CODES[kind] };
}

/** The engine turns StoreErrors into SyncErrors; what slips through is still told apart by exit code. */
function wrapped(thrown: unknown): SyncError {
  if (thrown instanceof StoreError) {
    switch (thrown.kind) {
      case 'credentials':
        return new SyncError('credentials', thrown.message, 'Sign in again, or check the AWS profile.', {
          cause: thrown,
        });
      case 'denied':
        return new SyncError('denied', thrown.message, 'Ask for access to this bucket and prefix.', { cause: thrown });
      case 'no-bucket':
        return new SyncError('bucket', thrown.message, 'Check the name of the bucket and its region.', {
          cause: thrown,
        });
      case 'aborted':
        return new SyncError('cancelled', 'Stopped.', 'Run it again when you like.', { cause: thrown });
      case 'unreachable':
      case 'busy':
      case 'throttled':
        return new SyncError('offline', thrown.message, 'Try again later.', { cause: thrown });
      case 'missing':
      case 'precondition':
      case 'conflict':
      case 'unsupported':
      case 'checksum':
      case 'rejected':
        return new SyncError('failed', thrown.message, 'Try again; if it stays, report it.', { cause: thrown });
    }
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SyncError('failed', message, 'This is a defect of datastore: please report it with the command you ran.', {
    cause: thrown,
  });
}

/** What `--detailed-exitcode` gives for a plan that would move something. */
export const SOMETHING_TO_DO = 7;

/** Several at once: the first of 6, 5, 4, 1, 3; usage and configuration (2) stop before anything else can. */
export function worstCode(codes: readonly number[]): number {
  return [2, 6, 5, 4, 1, 3, SOMETHING_TO_DO].find((code) => codes.includes(code)) ?? 0;
}

/** What a report's leftovers mean for the exit: problems 1, conflicts 3, null when there are none. */
export function leftovers(
  conflicts: number,
  problems: number,
): { readonly failure: Failure; readonly code: number } | null {
  if (problems > 0) {
    return {
      code: 1,
      failure: {
        kind: 'problems',
        message: `${countText(problems, 'path')} could not be synced`,
        remedy: 'See problems for the reasons.',
      },
    };
  }
  if (conflicts > 0) {
    return {
      code: 3,
      failure: {
        kind: 'conflicts',
        message: `${countText(conflicts, 'conflict')} held back`,
        remedy: 'Decide each: datastore resolve PATH --mine, --theirs, --both or --merged.',
      },
    };
  }
  return null;
}
