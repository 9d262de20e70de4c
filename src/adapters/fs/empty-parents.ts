import { rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ApplyRoom } from './apply.ts';
import { parentOf } from './guarded-path.ts';
import { errorCode } from './refusal.ts';

/** Removes the folders above `path` that are empty now, up to the root. Stops at the first that cannot go: folders are no content. */
export function removeEmptyParents(
  { root, touched, removed }: Pick<ApplyRoom, 'root' | 'touched' | 'removed'>,
  path: string,
): void {
  for (let at = path; at.includes('/'); at = at.slice(0, at.lastIndexOf('/'))) {
    const found = parentOf(root, at);
    // Gone already: whoever was cut off there has left those above it.
    if (found.kind === 'missing') continue;
    if (found.kind === 'blocked') return;
    try {
      rmdirSync(found.folder.path);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return;
    }
    removed(found.folder.path);
    touched(dirname(found.folder.path));
  }
}
