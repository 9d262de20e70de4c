import * as vscode from 'vscode';
import type { Folder } from '../folder.ts';
import { t } from '../l10n.ts';
import type { FolderSum } from '../render/contents.ts';
import { type ListedFile, nameOf } from '../render/contents-index.ts';
import { fileRow, folderRow, moreRow } from '../render/contents-rows.ts';
import { closedIf, rowItem } from './row-item.ts';
import { workspaceItem } from './status-view.ts';
import { asTarget, type Target } from './target.ts';

/** A row of the Contents view. What it shows moves with each answer; the row stays the same, and so do its place and selection. */
export type ContentsNode = Target & { parent: ContentsNode | null } & (
    | { readonly kind: 'workspace' }
    | { readonly kind: 'folder'; readonly path: string; sum: FolderSum | null; isOpen: boolean; isFiltered: boolean }
    | { readonly kind: 'excluded'; readonly path: string }
    | { readonly kind: 'file'; readonly path: string; file: ListedFile }
    | { readonly kind: 'more'; readonly at: string; rest: number }
  );

type Fresh = ContentsNode extends infer One ? (One extends ContentsNode ? Omit<One, 'parent'> : never) : never;

/** The rows that were shown, by what they are about. */
export interface ContentsNodes {
  /** The row that is known for it, brought up to date, or a new one. */
  keep(parent: ContentsNode | null, fresh: Fresh): ContentsNode;
  /** Of an entry of a folder's top level, as far as it was shown. */
  at(folder: Folder, path: string): ContentsNode | undefined;
  /** Of the folder itself, where several are open. */
  workspace(folder: Folder): ContentsNode | undefined;
}

export function openContentsNodes(): ContentsNodes {
  const nodes = new WeakMap<Folder, Map<string, ContentsNode>>();

  const keyOf = (node: Fresh): string => {
    switch (node.kind) {
      case 'workspace':
        return '';
      case 'folder':
      case 'excluded':
        return `${node.path}/`;
      case 'file':
        return node.path;
      case 'more':
        return `${node.at}/*`;
    }
  };

  return {
    keep(parent, fresh) {
      const known = nodes.get(fresh.folder) ?? new Map<string, ContentsNode>();
      nodes.set(fresh.folder, known);
      const key = keyOf(fresh);
      const before = known.get(key);
      if (before?.kind === fresh.kind) return Object.assign(before, fresh, { parent });
      const made: ContentsNode = asTarget({ ...fresh, parent });
      known.set(key, made);
      return made;
    },
    at: (folder, path) => nodes.get(folder)?.get(path) ?? nodes.get(folder)?.get(`${path}/`),
    workspace: (folder) => nodes.get(folder)?.get(''),
  };
}

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** `now` in milliseconds since 1970. */
export function contentsItem(node: ContentsNode, now: number): vscode.TreeItem {
  const { id } = node.folder;
  switch (node.kind) {
    case 'workspace':
      return workspaceItem(node.folder);
    case 'folder': {
      const { path, sum, isOpen, isFiltered } = node;
      const bare = {
        id: `${path}/`,
        label: nameOf(path),
        description: '',
        tooltip: path,
        icon: 'folder',
        context: 'folder',
      };
      const item = rowItem(id, sum === null ? bare : folderRow(sum), isOpen ? Expanded : Collapsed);
      // What is open while a filter is on is no wish for later.
      if (isFiltered) item.id = `${item.id}?`;
      return item;
    }
    case 'excluded': {
      const { path } = node;
      const tooltip = `${path}/\n${t('Left out by the configuration')}`;
      const row = { ...fileRow(unread(path), now), id: `${path}/`, tooltip, context: 'folder-excluded' };
      const description = t('excluded folder');
      return rowItem(id, { ...row, description, spoken: `${row.label}, ${description}` }, None);
    }
    case 'more': {
      const item = rowItem(id, moreRow(node.at, node.rest), closedIf(false));
      item.command = { title: t('Show More'), command: 'datastore.showMore', arguments: [node] };
      return item;
    }
    case 'file': {
      const item = rowItem(id, fileRow(node.file, now), None);
      // Made when it is asked for.
      delete item.tooltip;
      item.command = { title: t('Open'), command: 'datastore.openFile', arguments: [node] };
      return item;
    }
  }
}

/** A file that is left out: nothing but its name is known. */
export const unread = (path: string): ListedFile => ({
  path,
  size: null,
  mtime: null,
  by: null,
  generation: null,
  sha256: null,
  mark: 'excluded',
});
