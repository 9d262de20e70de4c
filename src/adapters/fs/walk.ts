import { isUtf8 } from 'node:buffer';
import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { FileStamp } from '../../core/format/tree.ts';
import type { Clock } from '../../engine/ports.ts';
import { openBreath } from './breath.ts';
import { type Folder, isReserved, isStill, kindOf } from './guarded-path.ts';
import { reasonFor } from './refusal.ts';
import type { Listed, WalkInMemory } from './remembered-walk.ts';
import { stampOf } from './stamp.ts';

export interface Found {
  readonly files: Map<string, FileStamp>;
  readonly irregular: Map<string, string>;
  readonly unknown: Map<string, string>;
}

/** Entries between two looks at the clock. */
const BATCH = 64;

export interface WalkOptions {
  readonly skip: (path: string, isFolder: boolean) => boolean;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told of each folder that was listed. */
  readonly listed?: (folder: Folder) => void;
  readonly memory?: WalkInMemory | undefined;
}

/**
 * Everything below `root` but what is reserved or skipped. Rejects with SyncError('local') when the root itself cannot be listed, and with
 * SyncError('cancelled').
 */
export async function walkFolder(root: Folder, { skip, clock, signal, listed, memory }: WalkOptions): Promise<Found> {
  const found: Found = { files: new Map(), irregular: new Map(), unknown: new Map() };
  const breathe = openBreath(clock, signal);
  let entries = 0;

  const waiting: Waiting[] = [{ path: '', mayRecall: true }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    await breathe();
    const { path } = next;
    const absolute = path === '' ? root.path : join(root.path, path);
    const recalled = next.mayRecall ? memory?.recall(path, absolute) : undefined;
    if (recalled?.kind === 'listed') {
      add(found, recalled.listed);
      waiting.push(...below(recalled.listed, true));
      continue;
    }
    const folder = listFolder(root, path, absolute);
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
    const here: Here = { files: [], irregular: [], unknown: [], folders: [] };
    for (const { name, entry } of folder.names) {
      entries += 1;
      if (entries % BATCH === 0) await breathe();
      if (isReserved(name)) continue;
      const at = path === '' ? name : `${path}/${name}`;
      if (entry.isDirectory()) {
        if (!skip(at, true)) here.folders.push(at);
      } else if (!skip(at, false)) look(here, `${folder.self.path}${sep}${entry.name}`, at);
    }
    for (const { name, reason } of folder.unreadable)
      here.unknown.push([path === '' ? name : `${path}/${name}`, reason]);
    if (isStill(folder.self)) {
      listed?.(folder.self);
      add(found, here);
      for (const [at, reason] of here.unknown) found.unknown.set(at, reason);
      memory?.keep(path, here, folder.stats);
      waiting.push(...below(here, recalled?.kind === 'folders'));
      continue;
    }
    // What was read through this name may be of another folder.
    if (path === '')
      throw new SyncError('local', `The root \`${root.path}\` was replaced while it was read.`, 'Sync again.');
    found.unknown.set(path, VANISHED);
  }
  if (found.unknown.size === 0) memory?.end();
  return found;
}

interface Waiting {
  readonly path: string;
  /** False: the folder above it may be another than the one that is remembered. */
  readonly mayRecall: boolean;
}

/** A folder as it is listed now. */
interface Here extends Listed {
  readonly files: [string, FileStamp][];
  readonly irregular: [string, string][];
  readonly unknown: [string, string][];
  readonly folders: string[];
}

/** The next one is taken from the end. */
const below = ({ folders }: Listed, mayRecall: boolean): readonly Waiting[] =>
  folders.toReversed().map((path) => ({ path, mayRecall }));

function add({ files, irregular }: Found, listed: Listed): void {
  for (const [path, stamp] of listed.files) files.set(path, stamp);
  for (const [path, reason] of listed.irregular) irregular.set(path, reason);
}

const VANISHED = 'it changed while it was read';

function look(here: Here, absolute: string, path: string): void {
  try {
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined) here.unknown.push([path, VANISHED]);
    else if (stats.isFile()) here.files.push([path, stampOf(stats)]);
    else here.irregular.push([path, `it is ${kindOf(stats)}`]);
  } catch (error) {
    here.unknown.push([path, reasonFor(error)]);
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
      /** Taken before its names. */
      readonly stats: Stats;
      readonly names: readonly Named[];
      readonly unreadable: readonly { name: string; reason: string }[];
    };

function listFolder(root: Folder, path: string, absolute: string): Listing {
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
      stats,
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
