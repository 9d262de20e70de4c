import * as vscode from 'vscode';
import type { SyncStatus } from '../core/status/sync-status.ts';
import { relativePath } from './busy-paths.ts';
import { type Folders, runningFolders } from './folders.ts';
import { CONFLICT_LOOK, type Look, stepLook } from './render/change-look.ts';

/** One letter in the Explorer on what is not in step. */
export function decorateExplorer(folders: Folders): vscode.Disposable {
  const changes = new vscode.EventEmitter<undefined>();
  let looks = new Map<string, Map<string, Look>>();
  let seen: readonly unknown[] = [];

  const provider: vscode.FileDecorationProvider = {
    onDidChangeFileDecorations: changes.event,
    provideFileDecoration(uri) {
      if (uri.scheme !== 'file') return undefined;
      for (const { folder, running } of runningFolders(folders)) {
        const path = relativePath(running.root, uri);
        const look = path === null ? undefined : looks.get(folder.id)?.get(path);
        if (look === undefined) continue;
        const decoration = new vscode.FileDecoration(
          look.badge,
          `Datastore: ${look.words}`,
          new vscode.ThemeColor(look.colour),
        );
        decoration.propagate = look === CONFLICT_LOOK;
        return decoration;
      }
      return undefined;
    },
  };

  return vscode.Disposable.from(
    changes,
    vscode.window.registerFileDecorationProvider(provider),
    folders.onChange(() => {
      const states = folders.all().map((folder) => ({ id: folder.id, state: folder.state() }));
      const now: unknown[] = states.flatMap(({ state }): unknown[] =>
        state.kind === 'active' ? [state.status.changes, state.status.conflicts] : [state.kind],
      );
      if (now.length === seen.length && now.every((one, index) => one === seen[index])) return;
      seen = now;
      looks = new Map(states.map(({ id, state }) => [id, state.kind === 'active' ? looksOf(state.status) : new Map()]));
      changes.fire(undefined);
    }),
  );
}

function looksOf({ changes, conflicts }: SyncStatus): Map<string, Look> {
  const found = new Map<string, Look>();
  for (const { path, kind } of changes) {
    const look = stepLook(kind);
    if (look !== null) found.set(path, look);
  }
  for (const { path } of conflicts) found.set(path, CONFLICT_LOOK);
  return found;
}
