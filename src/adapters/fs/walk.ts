import { isUtf8 } from 'node:buffer';
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { FileStamp } from '../../core/format/tree.ts';
import type { Clock } from '../../engine/ports.ts';
import { openBreath } from './breath.ts';
import { type Folder, isReserved, isStill, kindOf } from './guarded-path.ts';
import { reasonFor } from './refusal.ts';
import { stampOf } from './stamp.ts';

export interface Found {
  readonly files: Map<string, FileStamp>;
  readonly irregular: Map<string, string>;
  readonly unknown: Map<string, string>;
}

/** Entries between two looks at the clock. */
const BATCH = 64;

/**
 * Everything below `root` but what is reserved or skipped; `listed` is told of each folder. Rejects with SyncError('local') when the root itself cannot
 * be listed, and with SyncError('cancelled').
 */
export async function walkFolder(
  root: Folder,
  skip: (path: string, isFolder: boolean) => boolean,
  clock: Clock,
  signal?: AbortSignal,
  listed: (folder: Folder) => void = () => {},
): Promise<Found> {
  const found: Found = { files: new Map(), irregular: new Map(), unknown: new Map() };
  const breathe = openBreath(clock, signal);
  let entries = 0;

  const waiting = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    await breathe();
    const folder = listFolder(root, path);
    if (folder.kind === 'unknown') {
      if (path === '')
        throw new SyncError(
          'local',
          `The root \`${root.path}\` could not be read: ${folder.reason}.`,
          'Correct that, then sync again.',
        );
      found.unknown.set(path, folder.reason);
      continue;
    }
    const below = path === '' ? '' : `${path}/`;
    const folders: string[] = [];
    for (const { name, entry } of folder.names) {
      entries += 1;
      if (entries % BATCH === 0) await breathe();
      if (isReserved(name)) continue;
      const at = below + name;
      if (entry.isDirectory()) {
        if (!skip(at, true)) folders.push(at);
      } else if (!skip(at, false)) look(found, `${folder.self.path}${sep}${entry.name}`, at);
    }
    for (const { name, reason } of folder.unreadable) found.unknown.set(below + name, reason);
    if (isStill(folder.self)) {
      listed(folder.self);
      waiting.push(...folders.toReversed());
      continue;
    }
    // What was read through this name may be of another folder.
    for (const { name } of folder.names) {
      found.files.delete(below + name);
      found.irregular.delete(below + name);
      found.unknown.delete(below + name);
    }
    if (path === '')
      throw new SyncError('local', `The root \`${root.path}\` was replaced while it was read.`, 'Sync again.');
    found.unknown.set(path, VANISHED);
  }
  return found;
}

const VANISHED = 'it changed while it was read';

function look(found: Found, absolute: string, path: string): void {
  try {
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined) found.unknown.set(path, VANISHED);
    else if (stats.isFile()) found.files.set(path, stampOf(stats));
    else found.irregular.set(path, `it is ${kindOf(stats)}`);
  } catch (error) {
    found.unknown.set(path, reasonFor(error));
  }
}

interface Named {
  /** As in the path: on macOS in the form that the same name has elsewhere. */
  readonly name: string;
  readonly entry: Dirent;
}

type Listing =
  | { readonly kind: 'unknown'; readonly reason: string }
  | {
      readonly kind: 'listed';
      readonly self: Folder;
      readonly names: readonly Named[];
      readonly unreadable: readonly { name: string; reason: string }[];
    };

function listFolder(root: Folder, path: string): Listing {
  const absolute = path === '' ? root.path : join(root.path, path);
  try {
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isDirectory()) return { kind: 'unknown', reason: VANISHED };
    const self: Folder = path === '' ? root : { path: absolute, dev: stats.dev, ino: stats.ino };
    const all = readdirSync(absolute, { withFileTypes: true });
    const odd = all.some((entry) => entry.name.includes('\uFFFD')) ? badNames(absolute) : NONE;
    const names = all
      .filter((entry) => !odd.has(entry.name))
      .map((entry) => ({ name: process.platform === 'darwin' ? entry.name.normalize('NFC') : entry.name, entry }));
    return {
      kind: 'listed',
      self,
      names,
      unreadable: [...odd].map((name) => ({ name, reason: 'its name is not valid UTF-8' })),
    };
  } catch (error) {
    return { kind: 'unknown', reason: reasonFor(error) };
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Names that only became strings by replacement characters. */
function badNames(absolute: string): ReadonlySet<string> {
  const raw = readdirSync(absolute, { encoding: 'buffer' });
  return new Set(raw.filter((name) => !isUtf8(name)).map((name) => name.toString('utf8')));
}
