import { type Dirent, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { STAGING } from './guarded-path.ts';
import { errorCode } from './refusal.ts';

/* Which names only we give, and where: whatever else lies beside them is a person's, whatever it is called. */

/** The lock of a folder used in place, in it: the name that all tools of this family know. */
export const FOLDER_LOCK = '.datastore.lock';

/** In one folder: the names of regular files, and of folders with what may be in them. */
export interface OwnNames {
  readonly files: RegExp;
  readonly folders: readonly (readonly [name: RegExp, within: OwnNames])[];
}

export interface OwnEntry {
  /** Absolute. */
  readonly path: string;
  readonly isFolder: boolean;
}

/**
 * All that has such names in a folder (absolute), and all in it, what lies in others first; null where there is anything else. Throws
 * what the operating system says.
 */
export function listOwn(folder: string, names: OwnNames): readonly OwnEntry[] | null {
  const found: OwnEntry[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const own = listEntry(folder, entry, names);
    if (own === null) return null;
    found.push(...own);
  }
  return found;
}

/** As `listOwn`, for one that is in the folder. */
export function listEntry(folder: string, entry: Dirent, names: OwnNames): readonly OwnEntry[] | null {
  const path = join(folder, entry.name);
  if (entry.isFile()) return isNamed(names, entry) ? [{ path, isFolder: false }] : null;
  const within = entry.isDirectory() ? withinOf(names, entry.name) : undefined;
  const inside = within === undefined ? null : listOwn(path, within);
  return inside && [...inside, { path, isFolder: true }];
}

/** Of a folder with such a name: what may be in it; of any other undefined. */
export const withinOf = ({ folders }: OwnNames, name: string): OwnNames | undefined =>
  folders.find(([expected]) => expected.test(name))?.[1];

/** Whether it has such a name, whatever is in it. */
export const isNamed = (names: OwnNames, entry: Dirent): boolean =>
  entry.isFile() ? names.files.test(entry.name) : entry.isDirectory() && withinOf(names, entry.name) !== undefined;

/** One by one, so that what came meanwhile keeps its folder. Throws what the operating system says. */
export function removeOwn(entries: readonly OwnEntry[]): void {
  for (const { path, isFolder } of entries) {
    try {
      if (isFolder) rmdirSync(path);
      else unlinkSync(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }
}

const NEW = String.raw`\.new-\d+-\d+`;
const CLAIM = String.raw`\.aside-claim`;
/** As a server of a network file system calls what was removed while it was open. */
const STILL_OPEN = String.raw`\.nfs[\da-f]{8,}`;

/** As `mkdtemp` ends a name. */
const MADE = '[A-Za-z0-9]{6}';
const plain = (name: string): string => name.replaceAll('.', String.raw`\.`);
const halfMade = (lock: string): string => `${plain(lock)}(?:${CLAIM}|(?:${CLAIM})?${NEW})`;
const movedAside = (lock: string): string => String.raw`${plain(lock)}(?:${CLAIM})?\.aside-${MADE}`;

/** Begins the name of a folder that is made for a moment. */
export const TRIAL = '.datastore-try-';
const TRIAL_NAME = plain(TRIAL) + MADE;

/** Ours and git's, in an expression: on any level part of no datastore, be it a file or a folder. */
export const NEVER_SHARED = [
  plain(STAGING),
  plain('.git'),
  plain(FOLDER_LOCK),
  halfMade(FOLDER_LOCK),
  movedAside(FOLDER_LOCK),
  TRIAL_NAME,
].join('|');

/** What processes that died leave beside a lock: half-made ones, claims, and locks moved aside. */
export function besideLock(name: string): OwnNames {
  const within = new RegExp(`^(?:${plain(name)}(?:${CLAIM})?|${STILL_OPEN})$`);
  return {
    files: new RegExp(`^${halfMade(name)}$`),
    folders: [[new RegExp(`^${movedAside(name)}$`), { files: within, folders: [] }]],
  };
}

/** What processes that died have left beside the runs in staging. */
export const BESIDE_RUNS: OwnNames = alsoFiles(besideLock('lock'), `(?:root\\.json|clock)${NEW}`);

/** A lock that is held, and what lies beside it. */
const OWN_LOCK: OwnNames = alsoFiles(besideLock(FOLDER_LOCK), plain(FOLDER_LOCK));

export const NOTHING: OwnNames = { files: /(?!)/, folders: [] };

/** Folders without files, as deep as they like. */
const FOLDERS: OwnNames = {
  ...NOTHING,
  get folders() {
    return [[/^/, FOLDERS]] as const;
  },
};

/** A run of which nothing is kept: nothing was moved aside, and nothing waits to be put in its place. */
const SPENT_RUN: OwnNames = {
  files: /^intents\.jsonl$/,
  folders: [
    [/^in$/, { files: new RegExp(`^(?:\\d+(?:-\\d+)?|settled(?:${NEW})?)$`), folders: [] }],
    [/^aside$/, FOLDERS],
  ],
};

/** A staging folder in which nothing is kept, of a root that nobody has locked. */
const SPENT_STAGING: OwnNames = alsoFolders(alsoFiles(BESIDE_RUNS, String.raw`root\.json`), [/^[\w-]+$/, SPENT_RUN]);

const stagingWith = (within: OwnNames): OwnNames['folders'][number] => [new RegExp(`^${plain(STAGING)}$`), within];

/** Folders made for a moment, with what is tried in them. */
export const TRIALS: OwnNames = alsoFolders(NOTHING, [
  new RegExp(`^${TRIAL_NAME}$`),
  alsoFiles(NOTHING, `a(?:${NEW})?`),
]);

/** All that is ours in a folder of which we have no lock. */
export const UNLOCKED: OwnNames = alsoFolders(TRIALS, stagingWith(SPENT_STAGING));

/** All that is ours in a folder of which we have the lock: that of a folder used in place, or of a root. */
export const LOCKED: OwnNames = alsoFolders(OWN_LOCK, ...TRIALS.folders, stagingWith(alsoFiles(SPENT_STAGING, 'lock')));

/** With more names, as in an expression. */
export function alsoFiles({ files, folders }: OwnNames, names: string): OwnNames {
  return { files: new RegExp(`${files.source}|^(?:${names})$`), folders };
}

export function alsoFolders({ files, folders }: OwnNames, ...more: OwnNames['folders']): OwnNames {
  return { files, folders: [...folders, ...more] };
}
