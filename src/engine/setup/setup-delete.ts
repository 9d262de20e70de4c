import { SyncError } from '../../core/errors.ts';
import { type FileStamp, sameStamp } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { countText } from '../../core/quantities.ts';
import { breathing } from '../breath.ts';
import type { LocalFiles } from '../ports.ts';
import { leftOutOf } from './left-out.ts';
import { isCopied } from './setup-copies.ts';
import type { Work } from './setup-work.ts';

/**
 * Deletes from the source what was verified at the target, one file after the other: moved aside, looked for at the target, read once
 * more, and only then dropped. False when something in it was written to meanwhile, which is back at its place. SyncError('local')
 * when the target has no copy of a file, or a file cannot be deleted.
 */
export async function deleteSource(work: Work, folder: string): Promise<boolean> {
  const { parts, found, options } = work;
  const files = parts.folders.open(folder);
  const breathe = breathing(parts.clock, options.signal);
  const refused: string[] = [];
  const linked = new Set<number>();
  let moved = 0;
  for (const { path, stamp } of found.verified?.files.values() ?? []) {
    await breathe();
    const answer = await files.remove(path, linked.has(stamp.inode) ? await relinked(files, path, stamp) : stamp);
    if (answer.kind === 'refused') refused.push(`${path}: ${answer.reason}`);
    if (answer.kind === 'moved') moved += 1;
    if (answer.kind !== 'done' || answer.aside === null) continue;
    const settled = await settleAside(work, folder, files, { path, name: answer.aside });
    if (settled === 'alone') throw alone(work, folder, path);
    linked.add(stamp.inode);
    if (settled === 'back') moved += 1;
    else found.deleted += 1;
  }
  await files.flush();
  const back = await settleAsides(work, folder);
  if (moved + back > 0) return false;
  if (refused.length > 0) throw stays(work, folder, refused);
  await endSource(work, folder);
  return true;
}

/** Taking away one name of a file moves the time of change of the others. */
async function relinked(files: LocalFiles, path: string, stamp: FileStamp): Promise<FileStamp> {
  const now = await files.stat(path);
  return now !== null && sameStamp({ ...now, ctime: stamp.ctime }, stamp) ? now : stamp;
}

/** The folder goes with its lock in it, so that nobody takes that between, and finds an empty datastore. */
async function endSource(work: Work, folder: string): Promise<void> {
  const { tell, notes, found, parts, record } = work;
  const files = parts.folders.open(folder);
  // A run that died between a file and its folders has left those.
  for (const path of record.now().verified?.keys() ?? [])
    if (found.verified?.files.has(path as SyncPath) !== true) await files.prune(path);
  const removal = await work.locks.dropSource(folder);
  if (removal.kind === 'gone') return tell(`${folder} deleted`);
  tell(`${folder}: ${countText(found.deleted, 'file')} deleted`);
  if (removal.kind === 'refused') throw unremoved(folder, removal.reason);
  notes.push(`${folder} stays: ${await keptIn(work, folder)}.`);
}

async function keptIn(work: Work, folder: string): Promise<string> {
  const [first, ...more] = await leftOutOf(work, folder);
  if (first === undefined) return 'folders without files are left in it';
  const others = more.length === 0 ? first : `${first} (and ${more.length} more)`;
  return `it still has ${others}, which no rule brings along`;
}

/** What a run that died has moved aside: dropped where the target has a copy, else back at its place. Gives how many are back. */
export async function settleAsides(work: Work, folder: string): Promise<number> {
  const { parts, options } = work;
  const files = parts.folders.open(folder);
  const breathe = breathing(parts.clock, options.signal);
  let back = 0;
  for (const aside of await parts.folders.asides(folder)) {
    await breathe();
    if ((await settleAside(work, folder, files, aside)) === 'dropped') await files.prune(aside.path);
    else back += 1;
  }
  if (back > 0) await files.flush();
  return back;
}

interface Aside {
  readonly path: string;
  /** In staging. */
  readonly name: string;
}

/**
 * Whoever had a file open still writes to it after it was moved aside: what is not as it was verified goes `back`, and what the target
 * has no copy of (`alone`). SyncError('local') where another took the place.
 */
async function settleAside(
  work: Work,
  folder: string,
  files: LocalFiles,
  { path, name }: Aside,
): Promise<'dropped' | 'back' | 'alone'> {
  const sha256 = work.record.now().verified?.get(path);
  let hasCopy = false;
  try {
    hasCopy = sha256 !== undefined && (await isCopied(work, path, sha256, await stampOf(files, name)));
    if (sha256 !== undefined && hasCopy && (await files.dropAsideOf(name, sha256))) return 'dropped';
  } catch (error) {
    // Stopped, perhaps: where this fails, too, the next run does it.
    await files.restore(name, path).catch(() => null);
    throw error;
  }
  if ((await files.restore(name, path)).kind !== 'done') throw twice(folder, path, name);
  return hasCopy ? 'back' : 'alone';
}

async function stampOf(files: LocalFiles, name: string) {
  const opened = await files.openAside(name);
  await opened.close();
  return opened.stamp;
}

function stays({ tell, found }: Work, folder: string, [first = '', ...more]: readonly string[]): SyncError {
  tell(`${folder}: ${countText(found.deleted, 'file')} deleted`);
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return new SyncError(
    'local',
    `${folder} stays: ${first}${others}`,
    'Correct that, then run this again: it deletes the rest.',
  );
}

const unremoved = (folder: string, reason: string): SyncError =>
  new SyncError(
    'local',
    `${folder} stays, with nothing in it: it may not be removed: ${reason}`,
    'Correct that, then run this again: it removes the folder.',
  );

const alone = ({ target }: Work, folder: string, path: string): SyncError =>
  new SyncError(
    'local',
    `${path} is not there as it was verified in ${target.folder}: the file of ${folder} is back at its place, and nothing more of it is deleted`,
    'See what changed there (a mount, a sync, a colleague); then run this again.',
  );

const twice = (folder: string, path: string, name: string): SyncError =>
  new SyncError(
    'local',
    `${folder}/${path} was written to twice while it was removed: the other version is \`.datastore-staging/${name}\` in ${folder}`,
    'Move that version to where you want it; then run this again.',
  );
