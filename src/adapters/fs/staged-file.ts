import { createHash, hash } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { LocalFiles, StagedFile } from '../../engine/ports.ts';
import { flushOpen } from './fsync.ts';
import { errorCode, localError } from './refusal.ts';
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

export function openStager(area: StagingArea): Stager {
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
      closeSync(file.fd);
      unlinkSync(file.path);
      throw localError(WHAT, error);
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
      for (const { bytes, ...as } of contents) {
        const one = begin(as, async (fd) => {
          await write(fd, bytes);
          return hash('sha256', bytes);
        });
        begun.push(one);
        await one.catch(() => undefined);
      }
      return Promise.all(begun.map((one) => one.then(finish).catch(asAnswer)));
    },
  };
}

const WHAT = 'A download could not be written';

async function write(fd: number, bytes: Uint8Array): Promise<void> {
  if (bytes.length > SMALL) await writeLarge(fd, bytes);
  else writeAll(fd, bytes);
}

async function finish({ name, path, fd, sha256 }: Written): Promise<StagedFile> {
  try {
    try {
      await flushOpen(fd);
      return { name, stamp: stampOf(fstatSync(fd)), sha256 };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    unlinkSync(path);
    throw localError(WHAT, error);
  }
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
