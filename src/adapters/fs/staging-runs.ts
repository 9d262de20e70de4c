import { lstatSync, readdirSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { StagingRun } from '../../engine/ports.ts';
import { readIntents } from './intents.ts';
import { errorCode, localError } from './refusal.ts';
import type { StagingArea } from './staging-area.ts';
import { stampOf } from './stamp.ts';

/** Runs other than this one, oldest first. Throws SyncError('local') when one cannot be read: nothing is taken for empty. */
export function listRuns(area: StagingArea): StagingRun[] {
  const folder = area.peek();
  if (folder === null) return [];
  try {
    return readdirSync(folder.path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== area.run && isRunName(entry.name))
      .map(({ name }) => ({
        run: name,
        // Its entries are made at once with it, so that its mtime is its beginning.
        startedAt: stampOf(lstatSync(join(folder.path, name))).mtime,
        intents: readIntents(join(folder.path, name)),
        asides: listAsides(folder.path, name),
      }))
      .toSorted((a, b) => a.startedAt - b.startedAt);
  } catch (error) {
    throw localError('What an earlier run left could not be read', error);
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
export const isRunName = (name: string): boolean => /^[\w-]+$/.test(name);

function listAsides(staging: string, run: string): { path: string; name: string }[] {
  const top = join(staging, run, 'aside');
  if (lstatSync(top, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const asides: { path: string; name: string }[] = [];
  const visit = (folder: string, layer: string, below: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${below}${entry.name}`;
      if (entry.isDirectory()) visit(join(folder, entry.name), layer, `${path}/`);
      else asides.push({ path, name: `${run}/aside/${layer}/${path}` });
    }
  };
  for (const layer of readdirSync(top, { withFileTypes: true })) {
    if (layer.isDirectory()) visit(join(top, layer.name), layer.name, '');
  }
  return asides;
}
