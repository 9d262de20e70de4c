import * as vscode from 'vscode';
import type { Folder, Running } from '../folder.ts';
import type { Host } from '../host.ts';
import type { Contents } from '../render/contents.ts';
import { byText, type ListedFile } from '../render/contents-index.ts';
import { pageOf } from '../render/contents-rows.ts';
import { type ContentsNode, type ContentsNodes, unread } from './contents-nodes.ts';
import { type DiskLevel, readLevel } from './disk-level.ts';

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
  /** `isFiltered`: what is left out is not of interest, and what has little in it is shown open. */
  committed(request: LevelRequest, contents: Contents, isFiltered: boolean): Promise<ContentsNode[]>;
  inPlace(request: LevelRequest): Promise<ContentsNode[]>;
}

/** Folders with so few files left by a filter are shown open. */
const FEW = 200;

export function openContentsLevels(nodes: ContentsNodes, host: Pick<Host, 'skipOf'>): ContentsLevels {
  const more = ({ parent, folder, at }: LevelRequest, rest: number): ContentsNode[] =>
    rest <= 0 ? [] : [nodes.keep(parent, { kind: 'more', folder, at, rest })];

  const fileRows = ({ parent, folder }: LevelRequest, files: readonly ListedFile[]): ContentsNode[] =>
    files.map((file) => nodes.keep(parent, { kind: 'file', folder, path: file.path, file }));

  /** What is here and stays here; not what is ours or git's. */
  async function leftOut({ running: { config, root }, at }: LevelRequest): Promise<DiskLevel> {
    if (config.exclude.length === 0 && config.directories === null) return NOTHING;
    const isLeftOut = host.skipOf(config);
    const isNeverShown = host.skipOf({ ...config, exclude: [], directories: null });
    const keeps = (path: string, isFolder: boolean) => isLeftOut(path, isFolder) && !isNeverShown(path, isFolder);
    return readLevel(root, keeps, at).catch(() => NOTHING);
  }

  return {
    async committed(request, contents, isFiltered) {
      const { parent, folder, running, at, most } = request;
      const { folders, files, rest } = pageOf(contents, at, most);
      const left = isFiltered || rest > 0 ? NOTHING : await leftOut(request);
      const isOpen = (path: string) => (isFiltered ? contents.files <= FEW : request.isOpen(path));
      const skip = host.skipOf(running.config);
      const known = files.map((file) => (skip(file.path, false) ? { ...file, mark: 'excluded' as const } : file));
      const here = left.files.filter((path) => contents.file(path) === null).map(unread);
      const sums = folders.map((sum) => ({
        kind: 'folder' as const,
        folder,
        path: sum.path,
        sum,
        isOpen: isOpen(sum.path),
        isFiltered,
      }));
      const others = left.folders.map((path) => ({ kind: 'excluded' as const, folder, path }));
      return [
        ...[...sums, ...others].toSorted(byPath).map((row) => nodes.keep(parent, row)),
        ...fileRows(request, [...known, ...here].toSorted(byPath)),
        ...more(request, rest),
      ];
    },
    async inPlace(request) {
      const { parent, folder, running, at, most } = request;
      const skip = host.skipOf(running.config);
      const found = await readLevel(running.root, (path, isFolder) => !skip(path, isFolder), at);
      const names = found.files.slice(0, Math.max(0, most - found.folders.length));
      const files = await Promise.all(
        names.map(async (path): Promise<ListedFile> => {
          const { size, mtime } = await vscode.workspace.fs.stat(vscode.Uri.joinPath(running.root, path));
          return { ...unread(path), size, mtime, mark: 'in-place' };
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
        ...fileRows(request, files),
        ...more(request, found.folders.length + found.files.length - most),
      ];
    },
  };
}

const byPath = (left: { readonly path: string }, right: { readonly path: string }) => byText(left.path, right.path);

const NOTHING: DiskLevel = { folders: [], files: [] };
