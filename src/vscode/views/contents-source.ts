import * as vscode from 'vscode';
import type { StoredFile } from '../../core/format/tree.ts';
import type { Folder, Running } from '../folder.ts';
import { type ContentsIndex, indexContents } from '../render/contents-index.ts';
import { listFiles } from '../render/contents-rows.ts';

interface Loaded {
  readonly running: Running;
  readonly generation: number | null;
  readonly tree: ReadonlyMap<string, StoredFile>;
  /** What marks were drawn from. */
  readonly marks: readonly unknown[];
  readonly index: ContentsIndex;
}

/** The committed files of each folder, read again when the remote has another commit. */
export interface ContentsSource {
  /** Null for folders without an engine. Rejects with SyncError, unless an older answer is known. */
  index(folder: Folder): Promise<ContentsIndex | null>;
  /** Whether a new answer would differ. */
  isStale(folder: Folder): boolean;
}

export function openContentsSource(): ContentsSource {
  const loaded = new WeakMap<Folder, Loaded>();

  function marksOf(folder: Folder): readonly unknown[] {
    const state = folder.state();
    if (state.kind !== 'active') return [state.kind];
    const { generation, changes, conflicts, problems } = state.status;
    return [generation, changes, conflicts, problems];
  }

  const sameMarks = (left: readonly unknown[], right: readonly unknown[]) =>
    left.length === right.length && left.every((mark, index) => mark === right[index]);

  return {
    isStale(folder) {
      const known = loaded.get(folder);
      return known === undefined || known.running !== folder.running() || !sameMarks(known.marks, marksOf(folder));
    },
    async index(folder) {
      const state = folder.state();
      const running = folder.running();
      if (state.kind !== 'active' || running === null) return null;
      const before = loaded.get(folder);
      const known = before?.running === running ? before : undefined;
      const { generation } = state.status;
      const marks = marksOf(folder);
      if (known !== undefined && sameMarks(known.marks, marks)) return known.index;
      let tree = known?.tree;
      if (known === undefined || known.generation !== generation || tree === undefined) {
        try {
          tree = await running.datastore.contents();
        } catch (error) {
          if (known !== undefined) return known.index;
          throw error;
        }
      }
      const index = indexContents(listFiles(tree, state.status));
      loaded.set(folder, { running, generation, tree, marks, index });
      return index;
    },
  };
}

/** One level of a folder used in place, as it is on disk. */
export async function readLevel(folder: vscode.Uri, skip: (path: string, isFolder: boolean) => boolean, path: string) {
  const at = path === '' ? folder : vscode.Uri.joinPath(folder, path);
  const entries = await vscode.workspace.fs.readDirectory(at);
  const below = path === '' ? '' : `${path}/`;
  const kept = entries
    .filter(([name, type]) => !skip(below + name, type === vscode.FileType.Directory))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const files = kept.filter(([, type]) => type === vscode.FileType.File).map(([name]) => below + name);
  return {
    folders: kept.filter(([, type]) => type === vscode.FileType.Directory).map(([name]) => below + name),
    files,
  };
}
