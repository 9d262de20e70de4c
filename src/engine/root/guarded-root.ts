import { SyncError } from '../../core/errors.ts';
import { unseen } from '../lease/lock-sighting.ts';
import type { LocalFiles, LockFile, StateFiles } from '../ports.ts';
import { heldFiles, heldState } from './held-root.ts';
import { type GuardParts, guardRoot, type RootGuard } from './root-guard.ts';

/** A root and its state folder, of which each change asks first whether this process still has them for itself. */
export interface GuardedRoot {
  readonly state: StateFiles;
  /** The root, under a run of this name in staging. */
  openFiles(run: string): LocalFiles;
  /** Does `work` while nobody else is at work here. SyncError('locked') when waiting is over. */
  alone<T>(purpose: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
}

export interface GuardedRootParts extends Omit<GuardParts, 'file' | 'seen'> {
  readonly state: StateFiles;
  readonly openFiles: (run: string) => LocalFiles;
  readonly lockFile: LockFile;
  /** For another process on this root, milliseconds. */
  readonly waitMs: number;
}

export function openGuardedRoot(parts: GuardedRootParts): GuardedRoot {
  const seen = unseen();
  let guard: RootGuard | null = null;

  async function assertHeld(): Promise<void> {
    await guard?.assertHeldLately();
  }

  return {
    state: heldState(parts.state, assertHeld),
    openFiles: (run) => heldFiles(parts.openFiles(run), assertHeld),
    async alone(purpose, signal, work) {
      const mine = await guardRoot({ ...parts, file: parts.lockFile, seen }, purpose, parts.waitMs, signal);
      if (guard !== null) {
        // What stood still until another took the root over has not noticed yet: this guard would cover it.
        await mine.release();
        throw new SyncError(
          'locked',
          'an earlier run of this process is still at work here',
          'Wait until it has finished.',
        );
      }
      guard = mine;
      try {
        return await work();
      } finally {
        guard = null;
        await mine.release();
      }
    },
  };
}
