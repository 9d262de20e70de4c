import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import { type Folder, type FolderAnswer, folderAt, isStill, STAGING, type Top } from './guarded-path.ts';

/** Nobody else has to look in. */
const MODE = { mode: 0o700 };

/**
 * `<root>/.datastore-staging/<run>/` with `in/<n>` for downloads, `aside/<layer>/<path>` for what was moved aside
 * (layers, because one run can move one path twice) and `intents.jsonl`. Names of asides are relative to the staging
 * folder, with `/`. Nothing in here is reached through a link; methods throw SyncError('local') where one is found.
 */
export interface StagingArea {
  readonly run: string;
  /** Null when there is none yet. */
  peek(): Folder | null;
  /** Made when missing. */
  readonly folder: () => Folder;
  /** This run's folders, made when missing. */
  own(): { readonly run: Folder; readonly inbox: Folder };
  /** Where this run has its downloads: looked up once, then it only has to be the same folder still. */
  inbox(): Folder;
  /** A vacant place for what is at `path`, its folders made. */
  placeAside(path: string): { readonly name: string; readonly path: string; readonly folder: Folder };
  /** Of a run, ours or another; null when that is no folder, or gone. */
  runOf(run: string): Folder | null;
  /** Where a run has its downloads; null when that is no folder, or gone. */
  inboxOf(run: string): Folder | null;
  /** The absolute path of an aside by its name, the folders on the way checked. */
  locate(name: string): string;
}

export function openStagingArea(root: Top, run: string): StagingArea {
  const at = (names: readonly string[], make?: { readonly mode: number }) => folderAt(root, [STAGING, ...names], make);
  const made = (...names: string[]) => expectFolder(at(names, MODE));
  const folderOrNull = (names: readonly string[]) => {
    const found = at(names);
    return found.kind === 'folder' ? found.folder : null;
  };
  let known: Folder | null = null;

  const own = () => {
    known = made(run, 'in');
    made(run, 'aside');
    return { run: made(run), inbox: known };
  };
  const inbox = () => (known !== null && isStill(known) ? known : own().inbox);
  return {
    run,
    peek: () => {
      const found = at([]);
      return found.kind === 'missing' ? null : expectFolder(found);
    },
    folder: () => made(),
    own,
    inbox,
    placeAside: (path) => {
      const names = path.split('/');
      // The run's folders are made at once: its time is its beginning.
      inbox();
      for (let layer = 0; ; layer += 1) {
        const found = at([run, 'aside', String(layer), ...names.slice(0, -1)], MODE);
        if (found.kind === 'blocked' && found.errorCode === undefined) {
          // Throws where all layers are blocked. Else a file of this one has the name of a folder we need: the next has room.
          own();
          continue;
        }
        const folder = expectFolder(found);
        const target = join(folder.path, names.at(-1) ?? '');
        if (lstatSync(target, { throwIfNoEntry: false }) === undefined) {
          return { name: [run, 'aside', layer, ...names].join('/'), path: target, folder };
        }
      }
    },
    runOf: (name) => folderOrNull([name]),
    inboxOf: (name) => folderOrNull([name, 'in']),
    locate: (name) => {
      const names = name.split('/');
      const last = names.at(-1) ?? '';
      if (names.length < 4 || names[1] !== 'aside' || ['', '.', '..'].includes(last) || last !== basename(last)) {
        throw new SyncError('failed', `\`${name}\` is no name of a file moved aside.`, 'Report this defect.');
      }
      const found = at(names.slice(0, -1));
      // Below a folder that is gone there is no file, as the caller will find.
      return found.kind === 'missing'
        ? join(root.folder().path, STAGING, ...names)
        : join(expectFolder(found).path, last);
    },
  };
}

function expectFolder(found: FolderAnswer): Folder {
  switch (found.kind) {
    case 'folder':
      return found.folder;
    case 'missing':
      throw new SyncError('local', `A folder in \`${STAGING}\` is missing.`, 'Sync again.');
    case 'blocked':
      throw new SyncError(
        'local',
        `The staging folder cannot be used: ${found.reason}.`,
        `Make \`${STAGING}\` in the root a real, writable folder, or remove it.`,
      );
  }
}
