import type { CancellationToken } from 'vscode';
import { SyncError } from '../../core/errors.ts';

/** A signal that aborts when VS Code's token is cancelled. */
export function abortedBy(token: CancellationToken): AbortSignal {
  const stop = new AbortController();
  const abort = () => stop.abort(new SyncError('cancelled', 'Stopped.', 'Sync again when you like.'));
  if (token.isCancellationRequested) abort();
  else token.onCancellationRequested(abort);
  return stop.signal;
}
