import { createHash, hash } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { LocalFiles, StagedFile } from '../../engine/ports.ts';
import { flushOpen } from './fsync.ts';
import { attempt, errorCode, localError } from './refusal.ts';
import { writeAll, writeLarge } from './replace-file.ts';
import { setModified, stampOf } from './stamp.ts';

/* How a file of staging is made. What cannot be written leaves nothing. */

/** Bytes that reach the cache of the disk sooner than the thread pool. */
const SMALL = 64 * 1024;

export type StageOptions = Parameters<LocalFiles['stage']>[1];
export type Content = Parameters<LocalFiles['stageAll']>[0][number];

/** Empty, and open. */
export interface Begun {
  readonly name: string;
  readonly path: string;
  readonly fd: number;
}

/** Makes a file of a name that nobody has yet. Throws SyncError('local'). */
export type Begin = (as: StageOptions) => Begun;

/** Written whole, and not yet durable. */
interface Written extends Begun {
  readonly sha256: string;
}

/** In `folder`, by the first of these names that nobody has. Throws SyncError('local'). */
export function beginIn(folder: string, { exec, mode = 0 }: StageOptions, nextName: () => string): Begun {
  for (;;) {
    const name = nextName();
    const path = join(folder, name);
    try {
      // The umask (or a default ACL of the folder) makes of this what any new file gets.
      return { name, path, fd: openSync(path, 'wx', mode > 0 ? 0o600 : exec ? 0o777 : 0o666) };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw localError(WHAT, error);
    }
  }
}

/** `LocalFiles.stage`. */
export async function stageBody(begin: Begin, body: AsyncIterable<Uint8Array>, as: StageOptions): Promise<StagedFile> {
  const written = await fill(begin, as, async (fd) => {
    const running = createHash('sha256');
    for await (const bytes of body) {
      if (as.signal?.aborted) throw new SyncError('cancelled', 'The download was stopped.', 'Sync again.');
      // On the thread pool, while it is hashed here.
      const writing = write(fd, bytes);
      running.update(bytes);
      await writing;
    }
    return running.digest('hex');
  });
  return finish(written);
}

/** Files that one call has open. */
const OPEN_AT_ONCE = 32;

/** `LocalFiles.stageAll`. */
export async function stageContents(
  begin: Begin,
  contents: readonly Content[],
  breathe: () => Promise<unknown>,
): Promise<readonly (StagedFile | SyncError)[]> {
  const staged: (StagedFile | SyncError)[] = [];
  for (let at = 0; at < contents.length; at += OPEN_AT_ONCE)
    staged.push(...(await stageGroup(begin, contents.slice(at, at + OPEN_AT_ONCE), breathe)));
  return staged;
}

/** All are written before the first is flushed: one that is made while the file system commits has to wait for it. */
async function stageGroup(
  begin: Begin,
  contents: readonly Content[],
  breathe: () => Promise<unknown>,
): Promise<readonly (StagedFile | SyncError)[]> {
  const begun: Promise<Written>[] = [];
  for (const { bytes, ...as } of contents) {
    await breathe();
    const one = fill(begin, as, async (fd) => {
      await write(fd, bytes);
      return hash('sha256', bytes);
    });
    begun.push(one);
    await one.catch(() => undefined);
  }
  // None is left under way, whatever becomes of the others.
  const ended = await Promise.allSettled(begun.map((one) => one.then(finish)));
  return ended.map((one) => (one.status === 'fulfilled' ? one.value : asAnswer(one.reason)));
}

const WHAT = 'A download could not be written';

/** `put` gives the hash of what it has written. */
async function fill(begin: Begin, as: StageOptions, put: (fd: number) => Promise<string>): Promise<Written> {
  const file = begin(as);
  try {
    const sha256 = await put(file.fd);
    if (as.mode !== undefined && as.mode > 0) keepMode(file.fd, as.mode);
    setModified(file.fd, as.mtime);
    return { ...file, sha256 };
  } catch (error) {
    throw takenBack(file, error);
  }
}

async function write(fd: number, bytes: Uint8Array): Promise<void> {
  if (bytes.length > SMALL) await writeLarge(fd, bytes);
  else writeAll(fd, bytes);
}

async function finish(file: Written): Promise<StagedFile> {
  const { name, fd, sha256 } = file;
  let stamp: StagedFile['stamp'];
  try {
    await flushOpen(fd);
    stamp = stampOf(fstatSync(fd));
  } catch (error) {
    throw takenBack(file, error);
  }
  try {
    closeSync(fd);
  } catch (error) {
    throw takenBack({ ...file, fd: null }, error);
  }
  return { name, stamp, sha256 };
}

/** Takes away what could not be written, as far as that can be done, and says why it could not. `fd` null: it is closed. */
function takenBack({ path, fd }: { readonly path: string; readonly fd: number | null }, error: unknown): unknown {
  if (fd !== null) attempt(() => closeSync(fd));
  attempt(() => unlinkSync(path));
  return localError(WHAT, error);
}

function asAnswer(error: unknown): SyncError {
  if (error instanceof SyncError) return error;
  throw error;
}

/** A file system without such bits is no reason to refuse the file. */
function keepMode(fd: number, mode: number): void {
  try {
    fchmodSync(fd, mode);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error) ?? '')) throw error;
  }
}
