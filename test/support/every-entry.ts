import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** All below a folder, staging too: which file or folder it is, when it was changed, and what is in it. */
export const everyEntry = (top: string): readonly string[] =>
  readdirSync(top, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const stats = lstatSync(path.join(top, name));
      const { ino, mtimeMs, ctimeMs } = stats;
      return [name, ino, mtimeMs, ctimeMs, stats.isFile() ? readFileSync(path.join(top, name), 'utf8') : ''].join(' ');
    });
