import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache folder of this project, by the platform's custom: absolute, not created here, outside any checkout. */
export function cacheFolder(): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  if (xdg !== undefined && xdg !== '') return join(xdg, 'datastore-sync');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'datastore-sync');
  return join(homedir(), '.cache', 'datastore-sync');
}
