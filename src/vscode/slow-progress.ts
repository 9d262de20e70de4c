import * as vscode from 'vscode';
import { SyncError } from '../core/errors.ts';
import { bytesText } from '../core/quantities.ts';
import type { Progress } from '../core/status/sync-report.ts';
import type { Clock } from '../engine/ports.ts';

const SLOW_MS = 2_000;

export interface Task {
  /** Aborts when the person cancels. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Runs what the person started; a notification with a cancel button appears once it takes long. */
export async function withSlowProgress<T>(clock: Clock, title: string, work: (task: Task) => Promise<T>): Promise<T> {
  const stop = new AbortController();
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
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (report, token) => {
        token.onCancellationRequested(() =>
          stop.abort(new SyncError('cancelled', 'Stopped.', 'Sync again when you like.')),
        );
        let shown = 0;
        tell = (progress) => {
          const part = progress.totalBytes > 0 ? (100 * progress.bytes) / progress.totalBytes : shown;
          report.report({ message: progressText(progress), increment: Math.max(0, part - shown) });
          shown = Math.max(shown, part);
        };
        if (last !== null) tell(last);
        await done.catch(() => {});
      },
    );
  });
  try {
    return await done;
  } finally {
    cancelTimer();
  }
}

/** `uploading 12/40, 3 MB of 9 MB`. */
export function progressText({ phase, files, totalFiles, bytes, totalBytes, holder }: Progress): string {
  if (phase === 'waiting') return holder === undefined ? 'waiting for the lock' : `waiting for ${holder}`;
  return totalFiles > 0 ? `${phase} ${files}/${totalFiles}, ${bytesText(bytes)} of ${bytesText(totalBytes)}` : phase;
}
