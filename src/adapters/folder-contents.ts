import { lstatSync, realpathSync } from 'node:fs';
import type { Config } from '../core/config.ts';
import { SyncError } from '../core/errors.ts';
import type { Clock } from '../engine/ports.ts';
import { buildExcludes } from './excludes.ts';
import type { Folder } from './fs/guarded-path.ts';
import { openFile } from './fs/open-file.ts';
import { errorCode, localError } from './fs/refusal.ts';
import { walkFolder } from './fs/walk.ts';

const PIECE = 1 << 20;

/** A datastore that is a folder used in place, to be looked at; nothing is written. `path` is absolute. */
export function openFolder(path: string, config: Pick<Config, 'directories' | 'exclude'>, clock: Clock) {
  const skip = buildExcludes(config);
  return {
    path,
    /** Sorted. SyncError('config') when the folder does not exist or is none, ('local') when it cannot be read. */
    async list() {
      const { files } = await walkFolder(topOf(path), skip, clock);
      return [...files]
        .map(([name, { size, mtime }]) => ({ path: name, size, mtime }))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
    async *read(name: string): AsyncGenerator<Uint8Array> {
      const file = await openFile(() => topOf(path), name);
      try {
        for (let offset = 0; ; ) {
          const bytes = await file.read(offset, PIECE);
          if (bytes.length === 0) return;
          yield bytes;
          offset += bytes.length;
        }
      } finally {
        await file.close();
      }
    },
  };
}

/** The configured folder itself may be reached through links; what is below it may not. */
function topOf(path: string): Folder {
  let stats: ReturnType<typeof lstatSync>;
  let real: string;
  try {
    real = realpathSync.native(path);
    stats = lstatSync(real);
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new SyncError(
        'config',
        `The datastore folder \`${path}\` does not exist.`,
        'Mount it or make it, or correct `path` in the configuration.',
        { cause: error },
      );
    throw localError(`The datastore folder \`${path}\` could not be read`, error);
  }
  if (!stats.isDirectory())
    throw new SyncError('config', `The datastore \`${path}\` is no folder.`, 'Correct path in the configuration.');
  return { path: real, dev: stats.dev, ino: stats.ino };
}
