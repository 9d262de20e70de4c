import type { Config } from '../../core/config/config.ts';
import { SyncError } from '../../core/errors.ts';
import { isThere, type Work } from './setup-work.ts';

/**
 * Whoever writes to a folder used in place takes its lock, or waits for ours: of the one the files come from, and of the one they go to.
 * While a root is cleaned up no cycle may run there: what is gone would be deleted on its remote. SyncError('locked') when waiting is
 * over.
 */
export async function holdFolders(work: Work, isCleanUp: boolean): Promise<void> {
  const { source, target, parts } = work;
  if (source === null) return;
  const wanted: Wanted[] = [];
  if (isCleanUp || source.config.backend.type === 'filesystem') wanted.push({ side: 'source', config: source.config });
  if (target.kind === 'folder' && target.folder !== source.folder) wanted.push({ side: 'target', config: parts.to });
  await holdAll(
    work,
    wanted.filter(({ side }) => !work.held.has(side)),
  );
}

/**
 * Waits for one only while it has none of the others: two that move files across each other would else each have one, and wait for the
 * other's. No order of paths would do, for each host names a folder as it is mounted there.
 */
async function holdAll(work: Work, wanted: readonly Wanted[]): Promise<void> {
  const { clock, to } = work.parts;
  const deadline = clock.monotonic() + to.lock.waitMs;
  let order = wanted;
  for (;;) {
    const busy = await firstBusy(work, order);
    if (busy === null) return;
    for (const { side } of wanted) await letGoOf(work, side);
    for (const { side } of wanted) work.held.delete(side);
    if (clock.monotonic() >= deadline) throw busy.error;
    order = [busy.one, ...wanted.filter((other) => other !== busy.one)];
  }
}

/** Waits for the first of them, and asks for the others: gives the one that another has. */
async function firstBusy(
  work: Work,
  [first, ...others]: readonly Wanted[],
): Promise<{ readonly one: Wanted; readonly error: SyncError } | null> {
  if (first !== undefined) await hold(work, first, true);
  for (const one of others) {
    try {
      await hold(work, one, false);
    } catch (error) {
      if (!(error instanceof SyncError && error.kind === 'locked')) throw error;
      return { one, error };
    }
  }
  return null;
}

/** Gives back all of them. */
export async function letGo(work: Work): Promise<void> {
  for (const side of ['source', 'target'] as const) await letGoOf(work, side);
}

/** Moves the source's folder with its lock in it, and gives that back there. Gives the new path. */
export async function letMove(work: Work, folder: string, name: string): Promise<string> {
  const { folders } = work.parts;
  const moved = await folders.move(folder, name).catch(async (error: unknown) => {
    // Windows moves no folder of which a file is open.
    if (!(error instanceof SyncError && error.kind === 'local')) throw error;
    await letGoOf(work, 'source');
    return folders.move(folder, name);
  });
  await letGoOf(work, 'source', moved);
  return moved;
}

/** Removes the source's folder, and gives its lock back on the way. False: something is left in it. */
export async function letDrop(work: Work, folder: string): Promise<boolean> {
  const { folders } = work.parts;
  if (await folders.drop(folder, (movedTo) => letGoOf(work, 'source', movedTo))) return true;
  await letGoOf(work, 'source');
  return folders.drop(folder, null);
}

/** `movedTo`: where the folder is now, and the lock in it. */
async function letGoOf({ held }: Work, side: Side, movedTo?: string): Promise<void> {
  const lock = held.get(side);
  held.set(side, null);
  await lock?.release(movedTo);
}

/** SyncError('lease-lost' or 'locked') when one of them is another's by now. */
export async function assertFolders({ held, stop }: Work): Promise<void> {
  stop.signal.throwIfAborted();
  for (const lock of held.values()) await lock?.assertHeld();
}

export type Side = 'source' | 'target';

interface Wanted {
  readonly side: Side;
  readonly config: Config;
}

async function hold(work: Work, { side, config }: Wanted, waits: boolean): Promise<void> {
  const { parts, options, held, stop } = work;
  // Nobody can have one that is not there.
  if (side === 'target' && !(await isThere(work))) await makeTarget(work);
  try {
    const lock = await parts.holdFolder(config, { waits, signal: options.signal });
    lock.signal.addEventListener('abort', () => stop.abort(lock.signal.reason), { once: true });
    held.set(side, lock);
  } catch (error) {
    // What cannot be written needs no lock; what is to be written does.
    if (side === 'target' || !(error instanceof SyncError && error.kind === 'local')) throw error;
    held.set(side, null);
  }
}

async function makeTarget({ target, parts, left }: Work): Promise<void> {
  left.add(`the folder ${target.folder}`);
  await parts.folders.open(target.folder).create();
}
