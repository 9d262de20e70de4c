import * as vscode from 'vscode';
import { SyncError } from '../core/errors.ts';
import { meterRate } from '../core/status/rate.ts';
import type { Progress } from '../core/status/sync-report.ts';
import type { Clock } from '../engine/ports.ts';
import { failedIn } from './failed-in.ts';
import type { Folder } from './folder.ts';
import { t } from './l10n.ts';
import { progressText } from './render/progress-text.ts';
import { unlinked } from './render/unlinked.ts';

const SLOW_MS = 2_000;

export interface Task {
  /** Aborts when the person cancels. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Runs what the person started in a folder; a notification with a cancel button appears once it takes long. */
export async function withSlowProgress<T>(
  { clock, folder }: { readonly clock: Clock; readonly folder: Folder },
  title: string,
  work: (task: Task) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const rate = meterRate();
  let last: Progress | null = null;
  let tell: (progress: Progress) => void = () => {};
  const done = work({
    signal: stop.signal,
    onProgress(progress) {
      last = progress;
      tell(progress);
    },
  });
  const cancelTimer = clock.after(SLOW_MS, () => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: unlinked(title), cancellable: true },
      async (report, token) => {
        token.onCancellationRequested(() =>
          stop.abort(new SyncError('cancelled', t('Stopped.'), t('Sync again when you like.'))),
        );
        let shown = 0;
        tell = (progress) => {
          const part = progress.totalBytes > 0 ? (100 * progress.bytes) / progress.totalBytes : shown;
          const message = unlinked(progressText(progress, rate(progress, clock.monotonic())));
          report.report({ message, increment: Math.max(0, part - shown) });
          shown = Math.max(shown, part);
        };
        if (last !== null) tell(last);
        await done.catch(() => {});
      },
    );
  });
  try {
    return await done;
  } catch (error) {
    const isStopped = error instanceof SyncError && error.kind === 'cancelled';
    if (!isStopped || stop.signal.aborted) throw failedIn(folder, error);
    // Nobody pressed Cancel: what it ran on was ended, by a change of the configuration or of the folders.
    const closed = t('the connection was closed meanwhile');
    throw failedIn(folder, new SyncError('failed', closed, t('Try again.'), { cause: error }));
  } finally {
    cancelTimer();
  }
}
