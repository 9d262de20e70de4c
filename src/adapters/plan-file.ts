import { lstatSync, readFileSync } from 'node:fs';
import { SyncError } from '../core/errors.ts';
import { localError } from './fs/refusal.ts';
import { replaceFile } from './fs/replace-file.ts';

/** Of a million steps; what is larger is no plan. Bytes. */
const LARGEST = 1 << 30;

/** Rejects with SyncError('usage') where there is no such file, and with ('local'). `path` is absolute. */
export async function readPlanFile(path: string): Promise<string> {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      throw new SyncError('usage', `${path} does not exist.`, 'Make a plan: datastore sync --dry-run --out FILE');
    }
    if (stats.isDirectory() || stats.size > LARGEST) {
      throw new SyncError('usage', `${path} is no plan file.`, 'Make a plan: datastore sync --dry-run --out FILE');
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw localError(`The plan ${path} could not be read`, error);
  }
}

/** Complete and durable, or as before. Rejects with SyncError('local'). `path` is absolute. */
export async function writePlanFile(path: string, text: string): Promise<void> {
  try {
    replaceFile(path, new TextEncoder().encode(text));
  } catch (error) {
    throw localError(`The plan could not be written to ${path}`, error);
  }
}
