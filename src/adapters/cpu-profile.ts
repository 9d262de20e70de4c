import { writeFileSync } from 'node:fs';
import { SyncError } from '../core/errors.ts';

/**
 * Notes from now on what the processor does; the returned function ends that and writes it to `file`, in the form that
 * browsers and editors show (`.cpuprofile`). It throws SyncError('local') when it cannot be written.
 */
export function startCpuProfile(file: string): () => void {
  // Hardly ever asked for, and all would load it.
  const { Session } = process.getBuiltinModule('node:inspector');
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  return () => {
    let noted: unknown;
    // Answered before it returns: the session is of this very thread.
    session.post('Profiler.stop', (_error, answer) => {
      noted = answer.profile;
    });
    session.disconnect();
    try {
      writeFileSync(file, JSON.stringify(noted));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SyncError('local', `The profile could not be written (${reason}).`, 'Correct --cpu-profile.');
    }
  };
}
