import * as vscode from 'vscode';
import type { Conflict } from '../../core/plan/plan.ts';
import type { Clock } from '../../engine/ports.ts';
import type { Folder } from '../folder.ts';
import type { Folders } from '../folders.ts';
import { conflictRow } from '../render/conflict-rows.ts';
import { rowItem } from './row-item.ts';
import { workspaceItem } from './status-view.ts';
import { asTarget, type Target } from './target.ts';

type Node =
  | (Target & { readonly kind: 'workspace' })
  | (Target & { readonly kind: 'conflict'; readonly path: string; readonly conflict: Conflict });

/** The Conflicts view; its badge counts them. */
export function openConflictsView(folders: Folders, clock: Clock): vscode.Disposable {
  const changes = new vscode.EventEmitter<undefined>();
  let shown: readonly (readonly Conflict[])[] = [];

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changes.event,
    getChildren(node) {
      if (node?.kind === 'conflict') return [];
      if (node?.kind === 'workspace') return nodesOf(node.folder);
      const affected = folders.all().filter((folder) => conflictsOf(folder).length > 0);
      if (folders.all().length <= 1) return affected.flatMap(nodesOf);
      return affected.map((folder) => asTarget({ kind: 'workspace', folder }));
    },
    getTreeItem(node) {
      if (node.kind === 'workspace') return workspaceItem(node.folder);
      const item = rowItem(
        node.folder.id,
        conflictRow(node.conflict, clock.now()),
        vscode.TreeItemCollapsibleState.None,
      );
      item.command = { title: 'Compare', command: 'datastore.compareConflict', arguments: [node] };
      return item;
    },
  };

  const view = vscode.window.createTreeView('datastore.conflicts', {
    treeDataProvider: provider,
    canSelectMany: false,
  });
  return vscode.Disposable.from(
    view,
    changes,
    folders.onChange(() => {
      const now = folders.all().map(conflictsOf);
      // Progress comes many times a second; a list that is drawn anew loses the person's place.
      if (now.length === shown.length && now.every((list, index) => list === shown[index])) return;
      shown = now;
      const count = now.flat().length;
      view.badge = count === 0 ? undefined : { value: count, tooltip: `${count} to decide` };
      changes.fire(undefined);
    }),
  );
}

const nodesOf = (folder: Folder): Node[] =>
  conflictsOf(folder).map((conflict) => asTarget({ kind: 'conflict', folder, path: conflict.path, conflict }));

export function conflictsOf(folder: Folder): readonly Conflict[] {
  const state = folder.state();
  return state.kind === 'active' ? state.status.conflicts : NONE;
}

const NONE: readonly Conflict[] = [];
