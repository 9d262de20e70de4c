import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import type { LinkIn } from './link-in.ts';
import { errorCode } from './refusal.ts';

/**
 * Gives what was moved aside its name again, whatever it is, without replacing. False when that cannot be: then it
 * stays aside.
 */
export function putBack(linkIn: LinkIn, aside: string, target: string): boolean {
  try {
    const stats = lstatSync(aside);
    if (stats.isDirectory()) {
      // A folder cannot be linked; its rename replaces nothing but an empty folder.
      renameSync(aside, target);
      return true;
    }
    if (stats.isSymbolicLink()) {
      symlinkSync(readlinkSync(aside), target);
      unlinkSync(aside);
      return true;
    }
    return linkIn(aside, target).kind !== 'exists';
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
