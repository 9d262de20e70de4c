import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import type { Folder } from './guarded-path.ts';
import type { LinkIn } from './link-in.ts';
import { putInPlace } from './put-in-place.ts';
import { errorCode } from './refusal.ts';
import { stampOf } from './stamp.ts';

/**
 * Gives what was moved aside its name again, directly in `parent`, whatever it is, without replacing. False when that cannot
 * be: then it stays aside, as it does where it could only be copied.
 */
export function putBack(linkIn: LinkIn, aside: string, target: string, parent: Folder): boolean {
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
    const placed = putInPlace(linkIn, aside, stampOf(stats), target, parent, { keepsCopied: true });
    if (placed.kind === 'placed') return true;
    // Somebody may have removed what was back.
    return lstatSync(aside, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
