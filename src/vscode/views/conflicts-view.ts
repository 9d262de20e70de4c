import * as vscode from 'vscode';
import type { Conflict } from '../../core/plan/plan.ts';
import type { Clock } from '../../engine/ports.ts';
import type { Folder } from '../folder.ts';
import type { Folders } from '../folders.ts';
import { t } from '../l10n.ts';
import { type ConflictGroup, conflictGroupRow, conflictRow, groupConflicts } from '../render/conflict-rows.ts';
import { rowItem } from './row-item.ts';
import { workspaceItem } from './status-view.ts';
import { asTarget, type Target } from './target.ts';

type Node =
  | (Target & { readonly kind: 'workspace' })
  | (Target & { readonly kind: 'group'; readonly group: ConflictGroup })
  | (Target & { readonly kind: 'conflict'; readonly path: string; readonly conflict: Conflict });

const { Expanded, None } = vscode.TreeItemCollapsibleState;

/** The Conflicts view, by folder; its badge counts them. What is in it stays until it is decided. */
export function openConflictsView(folders: Folders, clock: Clock): vscode.Disposable {
  const changes = new vscode.EventEmitter<undefined>();
  let shown: readonly (readonly Conflict[])[] = [];

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changes.event,
    getChildren(node) {
      switch (node?.kind) {
        case 'conflict':
          return [];
        case 'group':
          return rowsOf(node.folder, node.group.conflicts);
        case 'workspace':
          return groupsOf(node.folder);
        case undefined: {
          const affected = folders.all().filter((folder) => conflictsOf(folder).length > 0);
          if (folders.all().length <= 1) return affected.flatMap(groupsOf);
          return affected.map((folder) => asTarget({ kind: 'workspace', folder, conflicts: conflictsOf(folder) }));
        }
      }
    },
    getTreeItem(node) {
      const { id } = node.folder;
      switch (node.kind) {
        case 'workspace':
          return Object.assign(workspaceItem(node.folder), { contextValue: 'conflicts-folder' });
        case 'group':
          return rowItem(id, conflictGroupRow(node.group), Expanded);
        case 'conflict': {
          const item = rowItem(id, conflictRow(node.conflict, clock.now()), None);
          item.command = { title: t('Open'), command: 'datastore.openConflict', arguments: [node] };
          return item;
        }
      }
    },
  };

  const view = vscode.window.createTreeView('datastore.conflicts', { treeDataProvider: provider, canSelectMany: true });
  return vscode.Disposable.from(
    view,
    changes,
    folders.onChange(() => {
      view.message = folders.all().some(isCutOffWithConflicts)
        ? t('Offline: what you decide can be carried out when the store is in reach again.')
        : '';
      const now = folders.all().map(conflictsOf);
      // Progress comes many times a second; a list that is drawn anew loses the person's place.
      if (now.length === shown.length && now.every((list, index) => list === shown[index])) return;
      shown = now;
      const count = now.flat().length;
      view.badge = count === 0 ? undefined : { value: count, tooltip: t('{0} to decide', count) };
      changes.fire(undefined);
    }),
  );
}

/** Those of the top beside the folders that others lie in. */
function groupsOf(folder: Folder): Node[] {
  return groupConflicts(conflictsOf(folder)).flatMap((group): Node[] =>
    group.folder === ''
      ? rowsOf(folder, group.conflicts)
      : [asTarget({ kind: 'group', folder, group, conflicts: group.conflicts })],
  );
}

const rowsOf = (folder: Folder, conflicts: readonly Conflict[]): Node[] =>
  conflicts.map((conflict) =>
    asTarget({ kind: 'conflict', folder, path: conflict.path, conflict, conflicts: [conflict] }),
  );

function isCutOffWithConflicts(folder: Folder): boolean {
  const state = folder.state();
  return state.kind === 'active' && state.status.conflicts.length > 0 && state.status.failure?.kind === 'offline';
}

export function conflictsOf(folder: Folder): readonly Conflict[] {
  const state = folder.state();
  return state.kind === 'active' ? state.status.conflicts : NONE;
}

const NONE: readonly Conflict[] = [];
