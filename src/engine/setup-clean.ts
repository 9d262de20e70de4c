import { SyncError } from '../core/errors.ts';
import { countText } from '../core/quantities.ts';
import type { SetupStep } from '../core/setup-plan.ts';
import { type FileStamp, sameStamp } from '../core/tree.ts';
import { deleteSource, settleAsides } from './setup-delete.ts';
import type { Work } from './setup-work.ts';

/**
 * Takes the source's folder out of the way, once all in it was verified at the target. A folder that cannot be moved is told and no
 * more: the set-up itself is done. SyncError('local') while something is there that the target may not have.
 */
export async function cleanUp(work: Work, { folder, aside }: Extract<SetupStep, { kind: 'clean-up' }>): Promise<void> {
  if (work.verified === null) return;
  await settleAsides(work, folder);
  const changed = await changedSince(work, folder);
  if (changed > 0) throw late(folder, changed);
  try {
    if (aside !== null) {
      const moved = await work.parts.folders.move(folder, aside);
      work.tell(`${folder} moved to ${moved}: delete it when you no longer need it`);
      return;
    }
  } catch (error) {
    if (!(error instanceof SyncError && error.kind === 'local')) throw error;
    work.notes.push(`${folder} stays where it was: ${error.message}`);
    return;
  }
  if (!(await deleteSource(work, folder))) throw late(folder, await changedSince(work, folder));
}

/** Files in it that are not as they were verified. */
async function changedSince({ parts, source, options, verified }: Work, folder: string): Promise<number> {
  const files = parts.folders.open(folder);
  const { files: now } = await files.walk(parts.skipFor(source?.config ?? parts.to), options.signal);
  const stamps = new Map<string, FileStamp>([...(verified?.files ?? [])].map(([path, { stamp }]) => [path, stamp]));
  let changed = 0;
  for (const [path, stamp] of now) {
    const before = stamps.get(path);
    if (before === undefined || !sameStamp(before, stamp)) changed += 1;
  }
  return changed;
}

const late = (folder: string, changed: number): SyncError =>
  new SyncError(
    'local',
    `${folder} stays: ${countText(changed, 'file')} in it changed since it was verified`,
    'Stop what writes there, then run this again: it goes on where it was.',
  );
