import type { Config } from '../../core/config/config.ts';
import { SyncError, systemCode } from '../../core/errors.ts';
import type { SetupTarget } from '../../core/setup/setup-plan.ts';
import { LockNotMade } from '../lease/lock-not-made.ts';
import type { Removal } from '../ports.ts';
import type { HeldFolder } from './held-folder.ts';
import type { SetupParts } from './setup-ports.ts';

/** The locks of the folders between which a set-up moves files. */
export interface FolderLocks {
  /** Aborts with SyncError('lease-lost') when another has one of them. */
  readonly lost: AbortSignal;
  /**
   * Whoever writes to a folder used in place takes its lock, or waits for ours: of the one the files come from, and of the one they go
   * to, which is made for it. While a root is cleaned up (`isCleanUp`) no cycle may run there: what is gone would be deleted on its
   * remote. SyncError('locked') when waiting is over.
   */
  hold(isCleanUp: boolean): Promise<void>;
  /** SyncError('lease-lost' or 'locked') when one of them is another's by now. */
  assertHeld(): Promise<void>;
  /** Whether the lock in the source's folder, if there is one, is ours. */
  hasSource(): boolean;
  /** Moves the source's folder with its lock in it, and gives that back there. */
  moveSource(folder: string, name: string): Promise<MovedSource>;
  /** Removes the source's folder, and gives its lock back on the way. */
  dropSource(folder: string): Promise<Removal>;
  /** Gives back all of them. */
  release(): Promise<void>;
}

export interface MovedSource {
  /** The new path. */
  readonly at: string;
  /** Why its lock could not be given back there; null: it was. */
  readonly unreleased: string | null;
}

export interface FolderLocksOptions {
  readonly parts: Pick<SetupParts, 'clock' | 'folders' | 'holdFolder' | 'to'>;
  /** Null: no files come from anywhere. */
  readonly source: { readonly config: Config; readonly folder: string } | null;
  readonly target: SetupTarget;
  readonly signal: AbortSignal | undefined;
  /** The target's folder is about to be made: not before this resolves. */
  readonly onMake: (folder: string) => Promise<void>;
}

type Side = 'source' | 'target';

export function openFolderLocks({ parts, source, target, signal, onMake }: FolderLocksOptions): FolderLocks {
  const { folders, clock, to } = parts;
  /** Null: it was given back, or the folder cannot be written. */
  const held = new Map<Side, HeldFolder | null>();
  const stop = new AbortController();
  const either = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal]);

  function wanted(isCleanUp: boolean): readonly Side[] {
    if (source === null) return [];
    const isSource = isCleanUp || source.config.backend.type === 'filesystem';
    const isTarget = target.kind === 'folder' && target.folder !== source.folder;
    const sides: readonly Side[] = [...(isSource ? ['source' as const] : []), ...(isTarget ? ['target' as const] : [])];
    return sides.filter((side) => !held.has(side));
  }

  /** Waits for the first of them, and asks for the others: gives the one that another has. */
  async function firstBusy([first, ...others]: readonly Side[]) {
    if (first !== undefined) await take(first, true);
    for (const side of others) {
      try {
        await take(side, false);
      } catch (error) {
        if (!isKind(error, 'locked')) throw error;
        return { side, error };
      }
    }
    return null;
  }

  async function take(side: Side, waits: boolean): Promise<void> {
    const config = side === 'source' && source !== null ? source.config : to;
    if (side === 'target') await makeTarget();
    try {
      const lock = await parts.holdFolder(config, { waits, signal: either });
      lock.signal.addEventListener('abort', () => stop.abort(lock.signal.reason), { once: true });
      held.set(side, lock);
    } catch (error) {
      // Where nobody of this machine may write there is no lock to be had; what is to be written to needs one.
      if (side === 'target' || !isUnwritable(error)) throw error;
      held.set(side, null);
    }
  }

  /** Nobody can have the lock of one that is not there. */
  async function makeTarget(): Promise<void> {
    const files = folders.open(target.folder);
    if ((await files.state()).kind === 'folder') return;
    await onMake(target.folder);
    await files.create();
  }

  /** `movedTo`: where the folder is now, and the lock in it. */
  async function letGo(side: Side, movedTo?: string): Promise<void> {
    const lock = held.get(side);
    held.set(side, null);
    await lock?.release(movedTo);
  }

  return {
    lost: stop.signal,
    /*
     * Waits for one only while it has none of the others: two that move files across each other would else each have one, and wait for
     * the other's. No order of paths would do, for each host names a folder as it is mounted there.
     */
    async hold(isCleanUp) {
      const sides = wanted(isCleanUp);
      const deadline = clock.monotonic() + to.lock.waitMs;
      for (let order = sides; ; ) {
        const busy = await firstBusy(order);
        if (busy === null) return;
        for (const side of sides) await letGo(side);
        for (const side of sides) held.delete(side);
        if (clock.monotonic() >= deadline) throw busy.error;
        order = [busy.side, ...sides.filter((side) => side !== busy.side)];
      }
    },
    async assertHeld() {
      stop.signal.throwIfAborted();
      for (const lock of held.values()) await lock?.assertHeld();
    },
    async moveSource(folder, name) {
      const moved = await folders.move(folder, name).catch(async (error: unknown) => {
        // Windows moves no folder of which a file is open.
        if (!isKind(error, 'local')) throw error;
        await letGo('source');
        return folders.move(folder, name);
      });
      // It is moved, whatever becomes of the lock.
      const unreleased = await letGo('source', moved).then(
        () => null,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      return { at: moved, unreleased };
    },
    hasSource: () => (held.get('source') ?? null) !== null,
    async dropSource(folder) {
      if (!this.hasSource()) return folders.drop(folder, null);
      const removal = await folders.drop(folder, (movedTo) => letGo('source', movedTo));
      if (removal.kind === 'gone') return removal;
      await letGo('source');
      return folders.drop(folder, null);
    },
    async release() {
      const given = await Promise.allSettled((['source', 'target'] as const).map((side) => letGo(side)));
      // One that fails is no reason to keep the other.
      for (const one of given) if (one.status === 'rejected') throw one.reason;
    },
  };
}

/** A record of our own that cannot be written says nothing of the folder. */
const isUnwritable = (error: unknown): boolean =>
  error instanceof LockNotMade && UNWRITABLE.has(systemCode(error) ?? '');

const UNWRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

const isKind = (error: unknown, kind: SyncError['kind']): error is SyncError =>
  error instanceof SyncError && error.kind === kind;
