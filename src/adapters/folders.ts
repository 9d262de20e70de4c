import { lstatSync, realpathSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SyncError } from '../core/errors.ts';
import type { Clock, LocalFiles, Log, Removal, StagingRun } from '../engine/ports.ts';
import { linkedFrom, nearest, relationOf, triedRelation } from './folder-relation.ts';
import { foreignFiles } from './fs/foreign-files.ts';
import { syncFolder, syncNameOf } from './fs/fsync.ts';
import { STAGING } from './fs/guarded-path.ts';
import { openLocalFiles } from './fs/local-files.ts';
import { errorCode, localError } from './fs/refusal.ts';
import { replaceFile } from './fs/replace-file.ts';
import { removeMark } from './fs/root-mark.ts';
import { isHeld, removeFolder, settleRemoval } from './remove-folder.ts';
import { makeTrial } from './trial-folder.ts';

export interface FoldersOptions {
  /** Names what is staged: the same for each run of one set-up. */
  readonly run: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Absolute folders that are roots of a workspace: no link on the way to them below it is followed. */
  readonly roots: ReadonlyMap<string, Place>;
}

interface Place {
  /** Absolute. */
  readonly workspace: string;
  /** Relative to it, with `/`. */
  readonly root: string;
}

/** Whole folders of this machine, for a set-up. */
export function openFolders({ run, clock, log, roots }: FoldersOptions) {
  const place = (folder: string): Place => roots.get(folder) ?? placeOf(folder);
  const open = (folder: string): LocalFiles => openLocalFiles({ ...place(folder), run, clock, log, isUndated: true });

  /** Staging lists the runs of others: so it is looked at as one. */
  async function asides(folder: string): Promise<StagingRun['asides']> {
    const runs = await openLocalFiles({ ...place(folder), run: `${run}-seen`, clock, log }).staging();
    return runs.find((found) => found.run === run)?.asides ?? [];
  }

  async function tidy(folder: string): Promise<void> {
    const files = open(folder);
    if ((await files.state()).kind !== 'folder') return;
    if ((await asides(folder)).length > 0) return;
    await files.dropRun(run);
    removeIfEmpty(path.join(files.root, STAGING));
  }

  return {
    open,
    relation: async (one: string, other: string, tries: boolean, signal?: AbortSignal) =>
      tries ? triedRelation(one, other, signal) : relationOf(one, other),
    unmark: async (folder: string) => removeMark(open(folder).root),
    tidy,
    asides,
    foreign: async (folder: string, isLocked: boolean, signal?: AbortSignal) =>
      foreignFiles(open(folder).root, isLocked, signal),
    tryWriting: async (folder: string) =>
      attempt(`\`${folder}\` could not be written`, () => {
        const scratch = makeTrial(nearest(folder));
        try {
          replaceFile(path.join(scratch, 'a'), new TextEncoder().encode('a\n'));
        } finally {
          rmSync(scratch, { recursive: true, force: true });
        }
      }),
    move: async (folder: string, name: string) =>
      attempt(`\`${folder}\` could not be moved`, () => {
        const from = realpathSync.native(folder);
        const to = path.join(path.dirname(from), name);
        if (lstatSync(to, { throwIfNoEntry: false }) !== undefined)
          throw new SyncError('local', `\`${to}\` is there already.`, 'Run this again.');
        renameSync(from, to);
        syncFolder(path.dirname(to));
        return to;
      }),
    persist: async (folder: string) =>
      attempt(`\`${folder}\` could not be made durable`, () => syncNameOf(open(folder).root)),
    async drop(folder: string, letGo: ((movedTo: string) => Promise<void>) | null): Promise<Removal> {
      await tidy(folder);
      const files = open(folder);
      // Versions that a sync keeps are no litter.
      const isKept = (await files.staging()).some(({ asides }) => asides.length > 0);
      try {
        return isKept ? { kind: 'kept' } : await removeFolder(files.root, run, letGo);
      } catch (error) {
        throw localError(`\`${folder}\` could not be removed`, error);
      }
    },
    async settleDrop(folder: string) {
      try {
        return await settleRemoval(linkedFrom(folder), run);
      } catch (error) {
        throw localError(`\`${folder}\` could not be removed`, error);
      }
    },
  };
}

/** What is there of it may be reached through links; what is not will be made level by level. */
function placeOf(folder: string): Place {
  const there = nearest(folder);
  const real = realpathSync.native(there);
  const below = path.relative(there, path.resolve(folder));
  if (below !== '') return { workspace: real, root: below.replaceAll(path.sep, '/') };
  return { workspace: path.dirname(real), root: path.basename(real) };
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && !isHeld(error)) throw error;
  }
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw localError(what, error);
  }
}
