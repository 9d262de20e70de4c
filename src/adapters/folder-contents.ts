import { lstatSync, realpathSync } from 'node:fs';
import type { Config } from '../core/config/config.ts';
import { SyncError } from '../core/errors.ts';
import type { Clock } from '../engine/ports.ts';
import { requireAnswer } from './answering.ts';
import { buildExcludes } from './excludes.ts';
import { folderHealth } from './folder-health.ts';
import type { Folder, Top } from './fs/guarded-path.ts';
import { openByPath } from './fs/open-file.ts';
import { FOLDER_LOCK } from './fs/own-names.ts';
import { errorCode, localError } from './fs/refusal.ts';
import { openStagingArea } from './fs/staging-area.ts';
import { readRuns } from './fs/staging-runs.ts';
import { walkFolder } from './fs/walk.ts';

const PIECE = 1 << 20;
/** A folder used in place has no runs of its own. */
const NO_RUN = '';

/** `timing`: for how long it may not answer; absent: for as long as it likes. */
type FolderRules = Pick<Config, 'directories' | 'exclude'> & Partial<Pick<Config, 'timing'>>;

/** A datastore that is a folder used in place. `path` is absolute. Methods reject as the engine's PlainFolder says. */
export function openFolder(path: string, config: FolderRules, clock: Clock) {
  const skip = buildExcludes(config);
  const { timing } = config;
  // The way to it may lead elsewhere at any time: it is looked up each time.
  const top: Top = { real: null, folder: () => topOf(path) };
  let asking: Promise<void> | null = null;
  /** One at a time: whoever asks a server that hangs may stay for ever. */
  const answer = async (): Promise<void> => {
    if (timing === undefined) return;
    asking ??= requireAnswer(path, timing.connectMs, clock).finally(() => {
      asking = null;
    });
    return asking;
  };
  return {
    path,
    async check(): Promise<void> {
      await answer();
      topOf(path);
    },
    async list(signal?: AbortSignal) {
      const { files } = await walkFolder(topOf(path), { skip, clock, signal });
      return [...files]
        .map(([name, { size, mtime }]) => ({ path: name, size, mtime }))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1));
    },
    async *read(name: string): AsyncGenerator<Uint8Array> {
      if (skip(name, false)) throw new SyncError('usage', `${name} is left out of the datastore.`, 'See: datastore ls');
      const file = await openByPath(top, name);
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
    kept: async () => readRuns(openStagingArea(top, NO_RUN)),
    health: () => folderHealth(path, FOLDER_LOCK, clock),
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
