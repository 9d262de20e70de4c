import type { Config } from '../../core/config/config.ts';
import { SyncError } from '../../core/errors.ts';
import { isThere, type Work } from './setup-work.ts';

/**
 * Whoever writes to a folder used in place takes its lock, or waits for ours: of the one the files come from, and of the one they go to,
 * in one order for all, so that two who move them across wait for each other. While a root is cleaned up no cycle may run there: what is
 * gone would be deleted on its remote. SyncError('locked') when waiting is over.
 */
export async function holdFolders(work: Work, isCleanUp: boolean): Promise<void> {
  const { source, target, parts } = work;
  if (source === null) return;
  const wanted: { readonly side: Side; readonly folder: string; readonly config: Config }[] = [];
  if (isCleanUp || source.config.backend.type === 'filesystem') wanted.push({ side: 'source', ...source });
  const isMade = await isThere(work);
  if (target.kind === 'folder' && target.folder !== source.folder)
    wanted.push({ side: 'target', folder: target.folder, config: parts.to });
  // Nobody can have one that is not there, and it is made when nothing else is in the way.
  const rank = ({ side, folder }: { readonly side: Side; readonly folder: string }): string =>
    side === 'target' && !isMade ? '\uffff' : folder;
  for (const { side, config } of wanted.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))) {
    if (work.held.has(side)) continue;
    if (side === 'target' && !isMade) await makeTarget(work);
    await hold(work, side, config);
  }
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

async function hold({ parts, options, held, stop }: Work, side: Side, config: Config): Promise<void> {
  try {
    const lock = await parts.holdFolder(config, options.signal);
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
