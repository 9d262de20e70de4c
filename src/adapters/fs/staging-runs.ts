import { type Dirent, lstatSync, readdirSync, readFileSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { EndedRun, StagingRun } from '../../engine/ports.ts';
import type { Folder } from './guarded-path.ts';
import { readIntents } from './intents.ts';
import { errorCode, localError } from './refusal.ts';
import { replaceFile } from './replace-file.ts';
import type { StagingArea } from './staging-area.ts';
import { stampOf } from './stamp.ts';

/** The staging folder, and what lies in it. */
export interface StagingListing {
  readonly folder: Folder;
  readonly entries: readonly Dirent[];
}

/** Null when there is no staging folder yet. Throws SyncError('local'). */
export function listStaging(area: StagingArea): StagingListing | null {
  const folder = area.peek();
  if (folder === null) return null;
  try {
    return { folder, entries: readdirSync(folder.path, { withFileTypes: true }) };
  } catch (error) {
    throw localError('The staging folder could not be read', error);
  }
}

/** Runs other than this one, oldest first. Throws SyncError('local') when one cannot be read: nothing is taken for empty. */
export function listRuns(area: StagingArea, staging: StagingListing | null): EndedRun[] {
  if (staging === null) return [];
  try {
    return runNames(staging)
      .filter((name) => name !== area.run)
      .flatMap((name) => endedRun(area, staging.folder, name) ?? [])
      .toSorted((a, b) => a.startedAt - b.startedAt);
  } catch (error) {
    throw localError('What an earlier run left could not be read', error);
  }
}

/** Of all runs, this one included. */
export const runNames = ({ entries }: StagingListing): string[] =>
  entries.filter((entry) => entry.isDirectory() && isRunName(entry.name)).map(({ name }) => name);

/** Null when it is gone. Throws SyncError('local') when it cannot be read. */
export function readRun(area: StagingArea, run: string): StagingRun | null {
  const folder = area.peek();
  if (folder === null || !isRunName(run)) return null;
  try {
    const ended = endedRun(area, folder, run);
    if (ended === null) return null;
    return { ...ended, intents: readIntents(join(folder.path, run)), asides: listAsides(folder.path, run) };
  } catch (error) {
    throw localError('What an earlier run left could not be read', error);
  }
}

/** All of them, with what they have moved aside. */
export const readRuns = (area: StagingArea): StagingRun[] =>
  listRuns(area, listStaging(area)).flatMap(({ run }) => readRun(area, run) ?? []);

/** Removes a run's downloads and notes, in bytes, what is kept of it. Beside them: the folder of the run keeps its time. */
export function settleRun(area: StagingArea, run: string, bytes: number): void {
  try {
    const inbox = area.inboxOf(run);
    if (inbox === null) return;
    for (const entry of readdirSync(inbox.path, { withFileTypes: true }))
      if (!entry.isDirectory()) unlinkSync(join(inbox.path, entry.name));
    replaceFile(join(inbox.path, SETTLED), new TextEncoder().encode(`${bytes}\n`));
  } catch (error) {
    throw localError('What a run has left could not be put in order', error);
  }
}

/** Removes the whole folder of a run. No error when it is absent. */
export function dropRun(area: StagingArea, run: string): void {
  if (!isRunName(run)) throw new SyncError('failed', `\`${run}\` is no name of a run.`, 'Report this defect.');
  const folder = area.peek();
  if (folder === null) return;
  try {
    // Removes links instead of following them.
    rmSync(join(folder.path, run), { recursive: true, force: true });
  } catch (error) {
    throw localError('The staging folder of a run could not be removed', error);
  }
}

/** Removes one file that was moved aside, and the folders that only led to it. No error when it is absent. */
export function dropAside(area: StagingArea, name: string): void {
  try {
    const path = area.locate(name);
    unlinkSync(path);
    let folder = dirname(path);
    for (let depth = name.split('/').length; depth > 4; depth -= 1) {
      rmdirSync(folder);
      folder = dirname(folder);
    }
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? ''))
      throw localError('A file moved aside could not be removed', error);
  }
}

/** Locks and their temporary files carry a dot; runs never do. */
const isRunName = (name: string): boolean => /^[\w-]+$/.test(name);

function endedRun(area: StagingArea, staging: Folder, run: string): EndedRun | null {
  const stats = lstatSync(join(staging.path, run), { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return null;
  // Its entries are made at once with it, so that its mtime is its beginning.
  return { run, startedAt: stampOf(stats).mtime, settledBytes: readSettled(area, staging, run) };
}

const SETTLED = 'settled';

function readSettled(area: StagingArea, staging: Folder, run: string): number | null {
  // Looked at before the way to it: most have none for their first day.
  if (isMissing(join(staging.path, run, 'in', SETTLED))) return null;
  const inbox = area.inboxOf(run);
  if (inbox === null) return null;
  const note = join(inbox.path, SETTLED);
  if (lstatSync(note, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const bytes = Number.parseInt(readFileSync(note, 'utf8'), 10);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : null;
}

function isMissing(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

function listAsides(staging: string, run: string): { path: string; name: string; size: number }[] {
  const top = join(staging, run, 'aside');
  if (lstatSync(top, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const asides: { path: string; name: string; size: number }[] = [];
  const visit = (folder: string, layer: string, below: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${below}${entry.name}`;
      const file = join(folder, entry.name);
      if (entry.isDirectory()) visit(file, layer, `${path}/`);
      else asides.push({ path, name: `${run}/aside/${layer}/${path}`, size: lstatSync(file).size });
    }
  };
  for (const layer of readdirSync(top, { withFileTypes: true })) {
    if (layer.isDirectory()) visit(join(top, layer.name), layer.name, '');
  }
  return asides;
}
