import { mkdtempSync, statSync } from 'node:fs';
import path from 'node:path';
import { SyncError } from '../core/errors.ts';
import { sweepFolder } from './fs/litter.ts';
import { TRIAL, TRIALS } from './fs/own-names.ts';

/**
 * Makes a folder for a moment in another (absolute), and gives its path. What processes that died have left there is swept. Throws what the operating
 * system says.
 */
export function makeTrial(folder: string): string {
  const trial = mkdtempSync(path.join(folder, TRIAL));
  try {
    sweepFolder(folder, TRIALS, () => statSync(trial).mtimeMs);
  } catch (error) {
    // Who may not list the folder may write in it all the same.
    if (!(error instanceof SyncError)) throw error;
  }
  return trial;
}
