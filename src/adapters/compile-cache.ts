import { lstatSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/**
 * From now on V8 keeps what it compiles of this program, and takes it from there the next time. What lies in that folder is run,
 * so it is one that only this user can write; without such a one, on an older Node or where the environment says otherwise,
 * nothing is kept. Never throws.
 */
export function keepCompiled(env: Readonly<Record<string, string | undefined>> = process.env): void {
  // Node 22.0 has none.
  if (typeof module.enableCompileCache !== 'function') return;
  try {
    const home = cacheHome(env);
    const folder = join(home, 'datastore-sync', 'compiled');
    for (const level of [home, dirname(folder), folder]) makeFolder(level);
    if (isOurs(folder)) module.enableCompileCache(folder);
  } catch {
    // No home, or none that can be written: then it is compiled each time.
  }
}

/** Where this platform keeps what can be made anew, absolute. */
function cacheHome(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = process.platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_CACHE_HOME'];
  if (chosen !== undefined && isAbsolute(chosen)) return chosen;
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

/** One level: Node's own way to make several never ends where none can be made (`/proc`). */
function makeFolder(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) mkdirSync(path, { mode: 0o700 });
}

/** On Windows the folders of a person are the person's by inheritance. */
function isOurs(folder: string): boolean {
  const stats = lstatSync(folder);
  return (
    stats.isDirectory() &&
    (process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0))
  );
}
