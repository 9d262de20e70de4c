import * as vscode from 'vscode';
import type { Folder, Running } from '../folder.ts';
import type { Contents, FolderSum } from '../render/contents.ts';
import { type ContentsFilter, keepsFile } from '../render/contents-filter.ts';
import { byText, type ListedFile } from '../render/contents-index.ts';
import { pageOf } from '../render/contents-rows.ts';
import { type ContentsNode, type ContentsNodes, unread } from './contents-nodes.ts';
import { readLevel } from './disk-level.ts';
import type { LeftOuts } from './left-out.ts';

/** Where rows are wanted, and how many. */
export interface LevelRequest {
  readonly parent: ContentsNode | null;
  readonly folder: Folder;
  readonly running: Running;
  /** The folder's path below the root; empty: the root. */
  readonly at: string;
  readonly most: number;
  /** Folders that the person has opened. */
  readonly isOpen: (path: string) => boolean;
}

/** Rows of one folder, as the datastore has it or as it is on disk. */
export interface ContentsLevels {
  /** `filter`: what of `contents` was kept by; what has little in it is shown open then. */
  committed(request: LevelRequest, contents: Contents, filter: ContentsFilter | null): Promise<ContentsNode[]>;
  /** With `filter` those of its files that it keeps; all folders, for nobody knows what is in them before they are opened. */
  inPlace(request: LevelRequest, filter: ContentsFilter | null): Promise<ContentsNode[]>;
}

/** Folders with so few files left by a filter are shown open. */
const FEW = 200;

export function openContentsLevels(nodes: ContentsNodes, leftOuts: LeftOuts): ContentsLevels {
  const more = ({ parent, folder, at }: LevelRequest, rest: number): ContentsNode[] =>
    rest <= 0 ? [] : [nodes.keep(parent, { kind: 'more', folder, at, rest })];

  const fileRows = ({ parent, folder }: LevelRequest, files: readonly ListedFile[]): ContentsNode[] =>
    files.map((file) => nodes.keep(parent, { kind: 'file', folder, path: file.path, file }));

  /** What is here and stays here, beside what is shown of the datastore; not while there is more of that. */
  async function besides({ running, at }: LevelRequest, contents: Contents, filter: ContentsFilter | null) {
    const { folders } = contents.level(at);
    const left = filter === null ? await leftOuts.level(running, at) : await leftOuts.found(running, at, filter);
    const isNew = (path: string) => folders.every((sum) => sum.path !== path);
    return {
      ways: left.ways.filter(isNew),
      folders: left.folders.filter(isNew),
      files: left.files.filter((path) => contents.file(path) === null).map(unread),
    };
  }

  return {
    async committed(request, contents, filter) {
      const { parent, folder, at, most } = request;
      const { skip } = request.running;
      const { folders, files, rest } = pageOf(contents, at, most);
      const left = rest > 0 ? NOTHING : await besides(request, contents, filter);
      const isFiltered = filter !== null;
      const isOpen = (path: string) => (isFiltered ? contents.files <= FEW : request.isOpen(path));
      const known = files.map((file) => (skip(file.path, false) ? { ...file, mark: 'excluded' as const } : file));
      const rowOf = (path: string, sum: FolderSum | null) =>
        ({ kind: 'folder', folder, path, sum, isOpen: isOpen(path), isFiltered }) as const;
      const others = [
        ...left.ways.map((path) => rowOf(path, null)),
        ...left.folders.map((path) => ({ kind: 'excluded', folder, path }) as const),
      ];
      const room = most - folders.length - files.length;
      const shownFolders = [...folders.map((sum) => rowOf(sum.path, sum)), ...others.slice(0, room)];
      const shownFiles = [...known, ...left.files.slice(0, Math.max(0, room - others.length))];
      return [
        ...shownFolders.toSorted(byPath).map((row) => nodes.keep(parent, row)),
        ...fileRows(request, shownFiles.toSorted(byPath)),
        ...more(request, rest > 0 ? rest : others.length + left.files.length - room),
      ];
    },
    async inPlace(request, filter) {
      const { parent, folder, running, at, most } = request;
      const keeps = filter === null ? () => true : keepsFile(filter);
      const isShown = (path: string, isFolder: boolean) => isFolder || keeps({ ...unread(path), mark: 'in-place' });
      const found = await readLevel(
        running.root,
        (path, isFolder) => !running.skip(path, isFolder) && isShown(path, isFolder),
        at,
      );
      const names = found.files.slice(0, Math.max(0, most - found.folders.length));
      const files = await Promise.all(
        names.map(async (path): Promise<readonly ListedFile[]> => {
          const found = await statIfThere(vscode.Uri.joinPath(running.root, path));
          return found === null ? [] : [{ ...unread(path), size: found.size, mtime: found.mtime, mark: 'in-place' }];
        }),
      );
      const folders = found.folders.slice(0, most);
      return [
        ...folders.map((path) =>
          nodes.keep(parent, {
            kind: 'folder',
            folder,
            path,
            sum: null,
            isOpen: request.isOpen(path),
            isFiltered: false,
          }),
        ),
        ...fileRows(request, files.flat()),
        ...more(request, found.folders.length + found.files.length - most),
      ];
    },
  };
}

/** Null of what is gone since it was listed. */
async function statIfThere(file: vscode.Uri): Promise<vscode.FileStat | null> {
  try {
    return await vscode.workspace.fs.stat(file);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === vscode.FileSystemError.FileNotFound().code)
      return null;
    throw error;
  }
}

const byPath = (left: { readonly path: string }, right: { readonly path: string }) => byText(left.path, right.path);

const NOTHING: { readonly [of in 'ways' | 'folders']: readonly string[] } & { readonly files: readonly ListedFile[] } =
  {
    ways: [],
    folders: [],
    files: [],
  };
