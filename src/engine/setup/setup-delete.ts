import { SyncError } from '../../core/errors.ts';
import { countText } from '../../core/quantities.ts';
import { each } from '../each.ts';
import type { Work } from './setup-work.ts';

const AT_ONCE = 8;

/**
 * Deletes from the source what was verified at the target: moved aside, read once more, and only then dropped. False when something in
 * it was written to meanwhile, which is back at its place.
 */
export async function deleteSource(work: Work, folder: string): Promise<boolean> {
  const { parts, verified, notes, tell } = work;
  const found = [...(verified?.files.values() ?? [])];
  const files = parts.folders.open(folder);
  const refused: string[] = [];
  let moved = 0;
  await each(found, AT_ONCE, async ({ path, stamp }) => {
    const answer = await files.remove(path, stamp);
    if (answer.kind === 'refused') refused.push(`${path}: ${answer.reason}`);
    if (answer.kind === 'moved') moved += 1;
  });
  await files.flush();
  const back = await settleAsides(work, folder);
  if (moved + back > 0) return false;
  const isGone = refused.length === 0 && (await parts.folders.drop(folder));
  tell(isGone ? `${folder} deleted` : `${folder}: ${countText(found.length - refused.length, 'file')} deleted`);
  if (refused[0] !== undefined) notes.push(`${folder} stays: ${refused[0]}`);
  else if (!isGone)
    notes.push(`${folder} stays: what is left in it was not moved (links, excluded files, or new ones).`);
  return true;
}

/**
 * Whoever had a file open still writes to it after it was moved aside: what is not as it was verified goes back. Gives how many did;
 * SyncError('local') where another took the place.
 */
export async function settleAsides({ parts, record }: Work, folder: string): Promise<number> {
  const files = parts.folders.open(folder);
  let back = 0;
  for (const { path, name } of await parts.folders.asides(folder)) {
    const sha256 = record.verified?.[path];
    if (sha256 !== undefined && (await files.dropAsideOf(name, sha256))) continue;
    if ((await files.restore(name, path)).kind !== 'done') throw twice(folder, path, name);
    back += 1;
  }
  if (back > 0) await files.flush();
  return back;
}

const twice = (folder: string, path: string, name: string): SyncError =>
  new SyncError(
    'local',
    `${folder}/${path} was written to twice while it was removed: the other version is \`.datastore-staging/${name}\` in ${folder}`,
    'Move that version to where you want it; then run this again.',
  );
