import type { Config } from '../../core/config/config.ts';
import { SyncError } from '../../core/errors.ts';
import { isThere, type Work } from './setup-work.ts';

/** The lock of a folder used in place, while files move from or to it. */
export interface HeldFolder {
  /** Aborts with SyncError('lease-lost') when another has it. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/**
 * Whoever writes to a folder used in place takes its lock, or waits for ours: of the one the files come from, and of the one they go to,
 * in one order for all, so that two who move them across wait for each other. SyncError('locked') when waiting is over.
 */
export async function holdFolders(work: Work): Promise<void> {
  const { source, target, parts } = work;
  if (source === null) return;
  const wanted: { readonly side: Side; readonly folder: string; readonly config: Config }[] = [];
  if (source.config.backend.type === 'filesystem') wanted.push({ side: 'source', ...source });
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

/** Gives back the lock of the source, which lies in the folder that is to be moved, or all of them. */
export async function letGo({ held }: Work, sides: readonly Side[] = ['source', 'target']): Promise<void> {
  for (const side of sides) {
    const release = held.get(side);
    held.set(side, async () => {});
    await release?.();
  }
}

export type Side = 'source' | 'target';

async function hold({ parts, options, held, stop }: Work, side: Side, config: Config): Promise<void> {
  try {
    const lock = await parts.holdFolder(config, options.signal);
    lock.signal.addEventListener('abort', () => stop.abort(lock.signal.reason), { once: true });
    held.set(side, () => lock.release());
  } catch (error) {
    // What cannot be written needs no lock; what is to be written does.
    if (side === 'target' || !(error instanceof SyncError && error.kind === 'local')) throw error;
    held.set(side, async () => {});
  }
}

async function makeTarget({ target, parts, left }: Work): Promise<void> {
  left.add(`the folder ${target.folder}`);
  await parts.folders.open(target.folder).create();
}
