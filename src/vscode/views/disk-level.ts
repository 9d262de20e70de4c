import * as vscode from 'vscode';
import { byText } from '../render/contents-index.ts';

/** Names of one folder on disk, as paths below the root, sorted. */
export interface DiskLevel {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** What of a folder below `root` is kept by `keeps`. Rejects where it cannot be read. */
export async function readLevel(
  root: vscode.Uri,
  keeps: (path: string, isFolder: boolean) => boolean,
  at: string,
): Promise<DiskLevel> {
  const entries = await vscode.workspace.fs.readDirectory(at === '' ? root : vscode.Uri.joinPath(root, at));
  const below = at === '' ? '' : `${at}/`;
  const of = (wanted: vscode.FileType) =>
    entries
      .filter(([name, type]) => type === wanted && keeps(below + name, wanted === vscode.FileType.Directory))
      .map(([name]) => below + name)
      .toSorted(byText);
  return { folders: of(vscode.FileType.Directory), files: of(vscode.FileType.File) };
}
