import { SyncError } from '../core/errors.ts';
import { countText } from '../core/quantities.ts';
import type { SetupStep } from '../core/setup-plan.ts';
import { type FileStamp, sameStamp } from '../core/tree.ts';
import { each } from './each.ts';
import type { LocalFiles } from './ports.ts';
import type { Scan } from './scan.ts';
import type { Work } from './setup-work.ts';

const AT_ONCE = 8;

/**
 * Takes the source's folder out of the way, once all in it was verified at the target. What fails here is told and no more: the set-up
 * itself is done.
 */
export async function cleanUp(work: Work, { folder, aside }: Extract<SetupStep, { kind: 'clean-up' }>): Promise<void> {
  const { verified, parts, notes } = work;
  if (verified === null) return;
  const files = parts.folders.open(folder);
  const changed = await changedSince(work, files, verified);
  if (changed > 0) {
    notes.push(`${folder} stays: ${countText(changed, 'file')} in it changed since it was verified. Run this again.`);
    return;
  }
  try {
    if (aside !== null) {
      const moved = await parts.folders.move(folder, aside);
      work.tell(`${folder} moved to ${moved}: delete it when you no longer need it`);
      return;
    }
    await each(verified.files.values(), AT_ONCE, async ({ path, stamp }) => void (await files.remove(path, stamp)));
    await files.flush();
    const isGone = await parts.folders.drop(folder);
    work.tell(isGone ? `${folder} deleted` : `${folder}: ${countText(verified.files.size, 'file')} deleted`);
    if (!isGone) notes.push(`${folder} stays: what is left in it was not moved (links, excluded files, or new ones).`);
  } catch (error) {
    if (!(error instanceof SyncError && error.kind === 'local')) throw error;
    notes.push(`${folder} stays where it was: ${error.message}`);
  }
}

async function changedSince({ parts, source, options }: Work, files: LocalFiles, { files: known }: Scan) {
  const { files: now } = await files.walk(parts.skipFor(source?.config ?? parts.to), options.signal);
  const stamps = new Map<string, FileStamp>([...known].map(([path, { stamp }]) => [path, stamp]));
  let changed = 0;
  for (const [path, stamp] of now) {
    const before = stamps.get(path);
    if (before === undefined || !sameStamp(before, stamp)) changed += 1;
  }
  return changed;
}
