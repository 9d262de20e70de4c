import { createHash } from 'node:crypto';
import { closeSync, fstatSync, lstatSync, unlinkSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import { sameStamp } from '../../core/format/tree.ts';
import type { Clock, LocalFiles, Log } from '../../engine/ports.ts';
import { type ApplyRoom, bringIn, install, remove } from './apply.ts';
import { duplicate } from './duplicate.ts';
import { removeEmptyParents } from './empty-parents.ts';
import { folderMode, makeFolder, setFolderMode } from './folder-mode.ts';
import { syncFolder } from './fsync.ts';
import type { Folder, Top } from './guarded-path.ts';
import { writeIntents } from './intents.ts';
import { openLastFolder } from './last-folder.ts';
import { openLinker } from './link-in.ts';
import { lookAtFiles } from './look-at-files.ts';
import { closeRead, openAt, openReader, openRegular, persist } from './open-file.ts';
import { openPartNotes } from './part-notes.ts';
import { openReadWhole } from './reading/read-whole.ts';
import { errorCode, localError } from './refusal.ts';
import type { RememberedWalk } from './remembered-walk.ts';
import { createBeside } from './replace-file.ts';
import { openRootFolder } from './root-folder.ts';
import { readMark, setMark } from './root-mark.ts';
import { openStager } from './staged-file.ts';
import { openStagingArea, type StagingArea } from './staging-area.ts';
import { sweepLitter } from './staging-litter.ts';
import { dropAside, dropRun, listRuns, listStaging, readRun, readRuns, settleRun } from './staging-runs.ts';
import { stampOf } from './stamp.ts';
import { sweepParts } from './sweep-parts.ts';
import { openTouchedFolders } from './touched-folders.ts';
import { walkFolder } from './walk.ts';
import { openStageMany, type StageMany } from './writing/stage-many.ts';

export interface LocalFilesOptions {
  /** Absolute; may be reached through links. */
  readonly workspace: string;
  /** Relative to the workspace, with `/`. */
  readonly root: string;
  /** Names this run's folder in staging: a uuid, never used before. */
  readonly run: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Looking writes nothing: a walk has no time of the filesystem. */
  readonly isUndated?: boolean;
  /** In place of `fs.linkSync`, for filesystems a test does not have. */
  readonly link?: (from: string, to: string) => void;
  /** Of the root; without it every walk looks at all. */
  readonly memory?: RememberedWalk;
  /** In place of threads, for a disk that only this thread knows. */
  readonly readWhole?: (root: Top) => LocalFiles['readWhole'];
  readonly stageMany?: StageMany;
}

/** The root of a workspace on this machine's disk. Nothing is made or read until a method is called. */
export function openLocalFiles(options: LocalFilesOptions): LocalFiles {
  const { workspace, root: relative, run, clock, log, link, memory, isUndated = false } = options;
  const root = openRootFolder(workspace, relative);
  const area = openStagingArea(root, run);
  const stager = openStager(area, clock, options.stageMany ?? openStageMany(clock, log));
  const open = openReader(root);
  const folders = openTouchedFolders(root.path);
  const lastFolder = openLastFolder(root, clock);
  const room: ApplyRoom = {
    root,
    area,
    parentOf: lastFolder.parentOf,
    linkIn: openLinker(log, openPartNotes(area), link),
    touched: (folder) => {
      folders.add(folder);
      memory?.touch(folder);
    },
    removed: folders.removed,
  };
  const persistNames: LocalFiles['persistNames'] = async (skip, signal) => {
    const isSkipped = (path: string, isFolder: boolean) => !isFolder || skip(path, isFolder);
    const listed = ({ path }: Folder) => void syncFolder(path);
    await walkFolder(root.folder(), { skip: isSkipped, clock, signal, listed });
  };
  return {
    root: root.path,
    state: async () => root.state(),
    create: async () => root.create(),
    folderMode: async (path) => folderMode(root, path),
    makeFolder: async (path, mode) => makeFolder(root, path, mode, room.touched),
    setFolderMode: async (path, mode) => setFolderMode(root, path, mode),
    walk: async (skip, signal, mayRecall = false) => {
      const top = root.folder();
      const at = isUndated ? 0 : fileClock(area);
      const walk = memory?.begin({ root: top, skip, at, mayRecall });
      const found = await walkFolder(top, { skip, clock, signal, memory: walk });
      return { ...found, at, isWhole: walk?.hasRecalled !== true };
    },
    stat: async (path) => {
      const [found = null] = await lookAtFiles(root, [path], clock);
      if (found instanceof SyncError) throw found;
      return found;
    },
    statAll: (paths) => lookAtFiles(root, paths, clock),
    open,
    readWhole: options.readWhole?.(root) ?? openReadWhole(root, { workspace, root: relative }, clock, log),
    ...stager,
    discard: async (staged) => removeStaged(area, staged.name),
    intend: async (intents) => writeIntents(area, root.path, intents),
    install: async (staged, path, expected) => install(room, staged, path, expected),
    remove: async (path, expected) => remove(room, path, expected),
    prune: async (path) => removeEmptyParents(room, path),
    duplicate: (path, to, expected) => duplicate(room, { ...stager, open }, { path, expected }, to),
    persist: (path) => persist(root, path, room.touched),
    persistNames: async (skip, signal) => {
      try {
        await persistNames(skip, signal);
      } catch (error) {
        throw localError('What an earlier run did could not be made durable', error);
      }
    },
    flush: async () => {
      lastFolder.release();
      try {
        const { isDurable, isComplete } = folders.sync();
        // Moved by a person meanwhile, to wherever.
        if (!isComplete) await persistNames(() => false);
        return isDurable;
      } catch (error) {
        throw localError('What was done could not be made durable', error);
      }
    },
    hashAside: async (name) => hashFile(area.locate(name), name),
    restore: async (name, path, keepsCopied) => bringIn(room, area.locate(name), path, keepsCopied),
    openAside: (name) => openAt(area.locate(name), name),
    readRun: async (run) => readRun(area, run),
    staging: async () => readRuns(area),
    settleRun: async (run, bytes) => settleRun(area, run, bytes),
    sweep: async () => {
      const found = listStaging(area);
      if (found === null) return [];
      sweepLitter(found, () => fileClock(area));
      sweepParts(room, found);
      return listRuns(area, found);
    },
    dropRun: async (run) => dropRun(area, run),
    dropAside: async (name) => dropAside(area, name),
    async dropAsideOf(name, sha256) {
      const path = area.locate(name);
      const before = lstatSync(path, { throwIfNoEntry: false });
      if ((await hashFile(path, name)) !== sha256) return false;
      const now = lstatSync(path, { throwIfNoEntry: false });
      // Written to where it was read already; and nothing of this process runs from here to the end.
      if (before === undefined || now === undefined || !sameStamp(stampOf(before), stampOf(now))) return false;
      dropAside(area, name);
      return true;
    },
    mark: async () => readMark(area),
    setMark: async (mark, notes) => setMark(area, mark, notes),
  };
}

function removeStaged(area: StagingArea, name: string): void {
  try {
    unlinkSync(join(area.inbox().path, basename(name)));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw localError('A download could not be removed', error);
  }
}

async function hashFile(path: string, name: string): Promise<string> {
  const { handle } = await openRegular(path, name);
  try {
    const hash = createHash('sha256');
    for await (const bytes of handle.createReadStream({ autoClose: false })) hash.update(bytes);
    return hash.digest('hex');
  } catch (error) {
    throw localError(`\`${name}\` could not be read`, error);
  } finally {
    await closeRead(handle);
  }
}

/** The time the filesystem gives a file that is written now; 0 where none can be written. */
function fileClock(area: StagingArea): number {
  try {
    const { temporary, fd } = createBeside(join(area.folder().path, 'clock'));
    try {
      writeSync(fd, 'x');
      return stampOf(fstatSync(fd)).mtime;
    } finally {
      closeSync(fd);
      unlinkSync(temporary);
    }
  } catch (error) {
    if (error instanceof SyncError || errorCode(error) !== undefined) return 0;
    throw error;
  }
}
