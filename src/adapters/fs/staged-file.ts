import { createHash, hash } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { Clock, LocalFiles, StagedFile } from '../../engine/ports.ts';
import { openBreath } from './breath.ts';
import { flushOpen } from './fsync.ts';
import { attempt, errorCode, localError } from './refusal.ts';
import { writeAll, writeLarge } from './replace-file.ts';
import type { StagingArea } from './staging-area.ts';
import { setModified, stampOf } from './stamp.ts';

/** Bytes that reach the cache of the disk sooner than the thread pool. */
const SMALL = 64 * 1024;

/** Writes bodies into `in/<n>` of this run. What cannot be written leaves nothing. */
export type Stager = Pick<LocalFiles, 'stage' | 'stageAll'>;

type StageOptions = Parameters<LocalFiles['stage']>[1];

/** Written whole, and not yet durable. */
interface Written {
  readonly name: string;
  readonly path: string;
  readonly fd: number;
  readonly sha256: string;
}

export function openStager(area: StagingArea, clock: Clock): Stager {
  let next = 0;
  const create = ({ exec, mode = 0 }: StageOptions): Omit<Written, 'sha256'> => {
    const inbox = area.inbox();
    for (;;) {
      const name = String(next);
      next += 1;
      const path = join(inbox.path, name);
      try {
        // The umask (or a default ACL of the folder) makes of this what any new file gets.
        return { name, path, fd: openSync(path, 'wx', mode > 0 ? 0o600 : exec ? 0o777 : 0o666) };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw localError(WHAT, error);
      }
    }
  };
  /** `fill` gives the hash of what it has written. */
  const begin = async (as: StageOptions, fill: (fd: number) => Promise<string>): Promise<Written> => {
    const file = create(as);
    try {
      const sha256 = await fill(file.fd);
      if (as.mode !== undefined && as.mode > 0) keepMode(file.fd, as.mode);
      setModified(file.fd, as.mtime);
      return { ...file, sha256 };
    } catch (error) {
      throw takenBack(file, error);
    }
  };
  return {
    async stage(body, as) {
      const written = await begin(as, async (fd) => {
        const running = createHash('sha256');
        for await (const bytes of body) {
          if (as.signal?.aborted) throw new SyncError('cancelled', 'The download was stopped.', 'Sync again.');
          running.update(bytes);
          await write(fd, bytes);
        }
        return running.digest('hex');
      });
      return finish(written);
    },
    async stageAll(contents) {
      const begun: Promise<Written>[] = [];
      const breathe = openBreath(clock);
      for (const { bytes, ...as } of contents) {
        await breathe();
        const one = begin(as, async (fd) => {
          await write(fd, bytes);
          return hash('sha256', bytes);
        });
        begun.push(one);
        await one.catch(() => undefined);
      }
      // None is left under way, whatever becomes of the others.
      const ended = await Promise.allSettled(begun.map((one) => one.then(finish)));
      return ended.map((one) => (one.status === 'fulfilled' ? one.value : asAnswer(one.reason)));
    },
  };
}

const WHAT = 'A download could not be written';

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
