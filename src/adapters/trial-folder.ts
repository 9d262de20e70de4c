import { mkdtempSync, statSync } from 'node:fs';
import path from 'node:path';
import { SyncError } from '../core/errors.ts';
import { sweepOld } from './fs/litter.ts';
import { alsoFiles, alsoFolders, NOTHING } from './fs/own-names.ts';

/** Begins the name of a folder that is made for a moment: part of no datastore. */
const TRIAL = '.datastore-try-';

/** With what is tried in it. */
const TRIALS = alsoFolders(NOTHING, [
  /^\.datastore-try-[A-Za-z0-9]{6}$/,
  alsoFiles(NOTHING, String.raw`a(?:\.new-\d+-\d+)?`),
]);

/**
 * Makes one in a folder (absolute), and gives its path. What processes that died have left there is swept. Throws what the operating
 * system says.
 */
export function makeTrial(folder: string): string {
  const trial = mkdtempSync(path.join(folder, TRIAL));
  try {
    sweepOld(folder, TRIALS, () => statSync(trial).mtimeMs);
  } catch (error) {
    // Who may not list the folder may write in it all the same.
    if (!(error instanceof SyncError)) throw error;
  }
  return trial;
}
