import { SyncError } from '../../core/errors.ts';
import { type FileStamp, sameStamp } from '../../core/format/tree.ts';
import { breathing } from '../breath.ts';
import { each } from '../each.ts';
import { hashFile } from '../root/scan.ts';
import type { Work } from './setup-work.ts';

/* Two folders that lie apart may share what is in them: one mounted below the other, or links to one file. */

/** Whether the target has a file of its own at a path, with these bytes, read now and durable. `taken`: the stamp of the source's. */
export async function isCopied(
  { parts, target, options }: Work,
  path: string,
  sha256: string,
  taken: FileStamp,
): Promise<boolean> {
  const files = parts.folders.open(target.folder);
  const found = await hashFile(files, path, parts.codec, options.signal);
  if (typeof found === 'string' || found.sha256 !== sha256 || isOneFile(found.stamp, taken)) return false;
  if (!(await files.persist(path))) return false;
  const now = await files.stat(path);
  return now !== null && sameStamp(now, found.stamp);
}

/**
 * What is at the target survives a power cut, whoever brought it there and when: what it is a copy of may be deleted next. Each run does
 * it anew, for nobody knows how far one came that died. False: the file system does not say so of all of it.
 */
export async function persistTarget({ parts, target, options }: Work, paths: Iterable<string>): Promise<boolean> {
  const files = parts.folders.open(target.folder);
  let isDurable = true;
  await each(paths, FLUSHED_AT_ONCE, async (path) => {
    options.signal?.throwIfAborted();
    if (!(await files.persist(path))) isDurable = false;
  });
  const isNamed = await files.flush();
  return (await parts.folders.persist(target.folder)) && isNamed && isDurable;
}

const FLUSHED_AT_ONCE = 8;

/** SyncError('local') when a file of the source is the target's too: whoever deletes the one deletes both. */
export async function refuseShared({ parts, target, found, options }: Work, folder: string): Promise<void> {
  const [here, there] = [parts.folders.open(folder), parts.folders.open(target.folder)];
  const breathe = breathing(parts.clock, options.signal);
  for (const path of found.verified?.files.keys() ?? []) {
    await breathe();
    const [one, other] = [await here.stat(path), await there.stat(path)];
    if (one === null || other === null || !isOneFile(one, other)) continue;
    throw new SyncError(
      'local',
      `${folder}/${path} and ${target.folder}/${path} are one file: there is no copy of it`,
      'Unmount or unlink the one, so that each folder has files of its own; then run this again.',
    );
  }
}

/** By the times too: another device may have the same number, and one share that is mounted twice has two devices. */
const isOneFile = (a: FileStamp, b: FileStamp): boolean =>
  a.inode === b.inode && a.ctime === b.ctime && a.mtime === b.mtime && a.size === b.size;
