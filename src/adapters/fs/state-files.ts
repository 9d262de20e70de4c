import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { Lasting, StateFiles } from '../../engine/ports.ts';
import { syncFolder } from './fsync.ts';
import { errorCode, localError } from './refusal.ts';
import { replaceFile, replaceForNow, TEMPORARY } from './replace-file.ts';

export interface StateHome {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The person's home folder. */
  readonly home: string;
}

/** Tells people, who find a folder named by a hash, which root it is about. */
const WORKSPACE = 'workspace.json';

/** What a crash left half-written is swept after this. Milliseconds. */
const STALE = 3_600_000;

/** The records of the root whose real path this is. Names are plain file names. Methods reject with SyncError('local'). */
export function openStateFiles(
  rootRealPath: string,
  place: StateHome = { env: process.env, platform: process.platform, home: homedir() },
): StateFiles {
  const hash = createHash('sha256').update(rootRealPath).digest('hex').slice(0, 32);
  const folder = join(stateHome(place), 'datastore-sync', hash);
  let isMade = false;

  /** Made, and swept, once: a folder that is gone since says so itself. */
  function writeRecord(path: string, bytes: Uint8Array, lasting: Lasting): void {
    const isFirst = !isMade;
    if (isFirst) makeFolder(folder, rootRealPath);
    isMade = true;
    try {
      (lasting === 'durable' ? replaceFile : replaceForNow)(path, bytes);
    } catch (error) {
      if (isFirst || errorCode(error) !== 'ENOENT') throw error;
      isMade = false;
      return writeRecord(path, bytes, lasting);
    }
    if (isFirst) sweep(folder, path);
  }

  return {
    folder,
    read: async (name) => {
      try {
        return new Uint8Array(readFileSync(join(folder, plain(name))));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return null;
        throw localError(`The record \`${join(folder, name)}\` could not be read`, error);
      }
    },
    write: async (name, bytes, lasting = 'durable') => {
      try {
        writeRecord(join(folder, plain(name)), bytes, lasting);
      } catch (error) {
        throw localError(`The record \`${join(folder, name)}\` could not be written`, error);
      }
    },
    remove: async (name, lasting = 'durable') => {
      try {
        unlinkSync(join(folder, plain(name)));
        if (lasting === 'durable') syncFolder(folder);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT')
          throw localError(`The record \`${join(folder, name)}\` could not be removed`, error);
      }
    },
  };
}

/** Where this platform keeps what programs remember, absolute. */
function stateHome({ env, platform, home }: StateHome): string {
  const chosen = env['XDG_STATE_HOME'];
  if (chosen !== undefined && isAbsolute(chosen)) return chosen;
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support');
    case 'win32':
      return env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
    default:
      return join(home, '.local', 'state');
  }
}

function makeFolder(folder: string, root: string): void {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  const note = join(folder, WORKSPACE);
  if (lstatSync(note, { throwIfNoEntry: false }) !== undefined) return;
  // Every folder that is new, up to the one it lies in; before the note, which says that this was done.
  const home = dirname(dirname(folder));
  const top = made === undefined || made.length > home.length ? home : dirname(made);
  for (let at = dirname(folder); at.length >= top.length; at = dirname(at)) {
    flushNames(at);
    if (at === top) break;
  }
  replaceFile(note, new TextEncoder().encode(`${JSON.stringify({ root }, null, 2)}\n`));
}

/** As far as the folder's mode allows. */
function flushNames(folder: string): void {
  try {
    syncFolder(folder);
  } catch (error) {
    // One that may be entered and not listed cannot be opened to be flushed. A name that a power cut then takes is a base that is
    // lost, which asks; a record that cannot be written would stop every sync.
    if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
  }
}

function sweep(folder: string, written: string): void {
  const now = lstatSync(written).mtimeMs;
  for (const name of readdirSync(folder)) {
    if (!name.includes(TEMPORARY)) continue;
    const stats = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (stats !== undefined && now - stats.mtimeMs > STALE) unlinkSync(join(folder, name));
  }
}

function plain(name: string): string {
  if (/^[\w][\w.-]*$/.test(name) && !name.includes(TEMPORARY)) return name;
  throw new SyncError('failed', `\`${name}\` is no name of a record.`, 'Report this defect.');
}
