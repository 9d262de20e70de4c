import { join } from 'node:path';
import { SyncError } from '../core/errors.ts';
import { durationText } from '../core/quantities.ts';
import type { Clock } from '../engine/ports.ts';

/**
 * SyncError('offline') when the folder (absolute) does not answer in time. On a file server that hangs, whoever asks stands still, and
 * cannot even end: so a process of its own asks. On Windows nobody does.
 */
export function requireAnswer(folder: string, waitMs: number, clock: Clock): Promise<void> {
  if (process.platform === 'win32') return Promise.resolve();
  return new Promise((resolve, reject) => {
    // What it answers is found out again: here it counts that it does.
    // Only a folder used in place is asked, and all would load it.
    const asking = process.getBuiltinModule('node:child_process').spawn('ls', ['-d', '--', join(folder, '.')], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'] },
    });
    const cancel = clock.after(waitMs, () => {
      asking.kill('SIGKILL');
      // It may be held for as long as the server is.
      asking.unref();
      reject(
        new SyncError(
          'offline',
          `The datastore folder \`${folder}\` does not answer: nothing in ${durationText(waitMs)}`,
          'Look at the network and at its file server; if it stays so, mount it anew.',
        ),
      );
    });
    const answered = (): void => {
      cancel();
      resolve();
    };
    asking.once('exit', answered);
    // Where there is no such program nothing is known.
    asking.once('error', answered);
  });
}
