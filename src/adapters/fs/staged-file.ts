import { createHash } from 'node:crypto';
import { fstatSync, promises, unlinkSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { StagedFile } from '../../engine/ports.ts';
import { errorCode, localError } from './refusal.ts';
import { writeAll } from './replace-file.ts';
import type { StagingArea } from './staging-area.ts';
import { setModified, stampOf } from './stamp.ts';

/** Bytes that reach the cache of the disk sooner than the thread pool. */
const SMALL = 64 * 1024;

export interface StageOptions {
  /** Milliseconds since 1970, up to three decimals. */
  readonly mtime: number;
  readonly exec: boolean;
  /** Of the file it is a copy of, on this machine; 0: that has none. Else what any new file gets. */
  readonly mode?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes bodies into `in/<n>` of this run. Rejects with SyncError('local' | 'cancelled') or with the body's own error, and leaves nothing then. */
export function openStager(
  area: StagingArea,
): (body: AsyncIterable<Uint8Array>, as: StageOptions) => Promise<StagedFile> {
  let next = 0;
  const create = async ({
    exec,
    mode = 0,
  }: StageOptions): Promise<{ name: string; path: string; handle: FileHandle }> => {
    const inbox = area.inbox();
    for (;;) {
      const name = String(next);
      next += 1;
      const path = join(inbox.path, name);
      try {
        // The umask (or a default ACL of the folder) makes of this what any new file gets.
        return { name, path, handle: await promises.open(path, 'wx', mode > 0 ? 0o600 : exec ? 0o777 : 0o666) };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw localError('A download could not be written', error);
      }
    }
  };
  return async (body, as) => {
    const { name, path, handle } = await create(as);
    try {
      const hash = createHash('sha256');
      for await (const bytes of body) {
        if (as.signal?.aborted) throw new SyncError('cancelled', 'The download was stopped.', 'Sync again.');
        hash.update(bytes);
        if (bytes.length > SMALL) await handle.writeFile(bytes);
        else writeAll(handle.fd, bytes);
      }
      if (as.mode !== undefined && as.mode > 0) await keepMode(handle, as.mode);
      setModified(handle.fd, as.mtime);
      await handle.sync();
      const stamp = stampOf(fstatSync(handle.fd));
      await handle.close();
      return { name, stamp, sha256: hash.digest('hex') };
    } catch (error) {
      await handle.close().catch(() => undefined);
      unlinkSync(path);
      throw localError('A download could not be written', error);
    }
  };
}

/** A file system without such bits is no reason to refuse the file. */
async function keepMode(handle: FileHandle, mode: number): Promise<void> {
  try {
    await handle.chmod(mode);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error) ?? '')) throw error;
  }
}
