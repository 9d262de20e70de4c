import * as vscode from 'vscode';
import { relativePath } from './busy-paths.ts';
import type { Folder } from './folder.ts';
import { type Folders, runningFolders } from './folders.ts';
import { changedPaths, type Decoration, decorationsOf, NO_DECORATIONS } from './render/file-decorations.ts';

/** More paths than these are told as one: VS Code samples what is longer. */
const MOST = 200;

/** One letter in the Explorer on what is not in step, and on the folders above a conflict. */
export function decorateExplorer(folders: Folders): vscode.Disposable {
  const changes = new vscode.EventEmitter<vscode.Uri[] | undefined>();
  const shown = new WeakMap<Folder, ReadonlyMap<string, Decoration>>();

  const provider: vscode.FileDecorationProvider = {
    onDidChangeFileDecorations: changes.event,
    provideFileDecoration(uri) {
      if (uri.scheme !== 'file') return undefined;
      for (const { folder, running } of runningFolders(folders)) {
        const path = relativePath(running.root, uri);
        const found = path === null ? undefined : shown.get(folder)?.get(path);
        if (found === undefined) continue;
        const decoration = new vscode.FileDecoration(found.badge, found.tooltip, new vscode.ThemeColor(found.colour));
        decoration.propagate = found.propagates;
        return decoration;
      }
      return undefined;
    },
  };

  /** Only of paths that look otherwise. */
  function follow(folder: Folder): void {
    const state = folder.state();
    const [before, now] = [shown.get(folder) ?? NO_DECORATIONS, decorationsOf(state)];
    if (before === now) return;
    shown.set(folder, now);
    const root = folder.running()?.root;
    const changed = changedPaths(before, now);
    if (changed.length === 0) return;
    if (root === undefined || changed.length > MOST) changes.fire(undefined);
    else changes.fire(changed.map((path) => vscode.Uri.joinPath(root, path)));
  }

  return vscode.Disposable.from(
    changes,
    vscode.window.registerFileDecorationProvider(provider),
    folders.onChange((folder) => {
      if (folder === null) changes.fire(undefined);
      else follow(folder);
    }),
  );
}
