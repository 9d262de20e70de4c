import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import { type Folder, type FolderAnswer, folderAt, STAGING } from './guarded-path.ts';

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
  /** A vacant place for what is at `path`, its folders made. */
  placeAside(path: string): { readonly name: string; readonly path: string; readonly folder: Folder };
  /** Where a run has its downloads; null when that is no folder, or gone. */
  inboxOf(run: string): Folder | null;
  /** The absolute path of an aside by its name, the folders on the way checked. */
  locate(name: string): string;
}

export function openStagingArea(root: () => Folder, run: string): StagingArea {
  const at = (names: readonly string[], make?: { readonly mode: number }) =>
    folderAt(root(), [STAGING, ...names], make);
  const made = (...names: string[]) => expectFolder(at(names, MODE));

  const own = () => {
    const inbox = made(run, 'in');
    made(run, 'aside');
    return { run: made(run), inbox };
  };
  return {
    run,
    peek: () => {
      const found = at([]);
      return found.kind === 'missing' ? null : expectFolder(found);
    },
    folder: () => made(),
    own,
    placeAside: (path) => {
      const names = path.split('/');
      // What blocks below is then of one layer only.
      own();
      for (let layer = 0; ; layer += 1) {
        const found = at([run, 'aside', String(layer), ...names.slice(0, -1)], MODE);
        // A file of this layer has the name of a folder we need: the next layer has room.
        if (found.kind === 'blocked' && found.errorCode === undefined) continue;
        const folder = expectFolder(found);
        const target = join(folder.path, names.at(-1) ?? '');
        if (lstatSync(target, { throwIfNoEntry: false }) === undefined) {
          return { name: [run, 'aside', layer, ...names].join('/'), path: target, folder };
        }
      }
    },
    inboxOf: (name) => {
      const found = at([name, 'in']);
      return found.kind === 'folder' ? found.folder : null;
    },
    locate: (name) => {
      const names = name.split('/');
      const last = names.at(-1) ?? '';
      if (names.length < 4 || names[1] !== 'aside' || ['', '.', '..'].includes(last) || last !== basename(last)) {
        throw new SyncError('failed', `\`${name}\` is no name of a file moved aside.`, 'Report this defect.');
      }
      const found = at(names.slice(0, -1));
      // Below a folder that is gone there is no file, as the caller will find.
      return found.kind === 'missing' ? join(root().path, STAGING, ...names) : join(expectFolder(found).path, last);
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
