import { mkdtempSync, statSync } from 'node:fs';
import path from 'node:path';
import { SyncError } from '../core/errors.ts';
import { sweepOld } from './fs/litter.ts';

/** Begins the name of a folder that is made for a moment: part of no datastore. */
const TRIAL = '.datastore-try-';

/**
 * Makes one in a folder (absolute), and gives its path. What processes that died have left there is swept. Throws what the operating
 * system says.
 */
export function makeTrial(folder: string): string {
  const trial = mkdtempSync(path.join(folder, TRIAL));
  try {
    sweepOld(
      folder,
      (name) => name.startsWith(TRIAL),
      () => statSync(trial).mtimeMs,
    );
  } catch (error) {
    // Who may not list the folder may write in it all the same.
    if (!(error instanceof SyncError)) throw error;
  }
  return trial;
}
