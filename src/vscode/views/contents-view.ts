import * as vscode from 'vscode';
import { SyncError } from '../../core/errors.ts';
import { agoText, countText } from '../../core/quantities.ts';
import type { Clock, Log } from '../../engine/ports.ts';
import type { Folder } from '../folder.ts';
import type { Folders } from '../folders.ts';
import type { Host } from '../host.ts';
import type { FolderSum, ListedFile } from '../render/contents-index.ts';
import { fileRow, folderRow, pageOf } from '../render/contents-rows.ts';
import { sinceText } from '../render/since-text.ts';
import { type ContentsSource, openContentsSource, readLevel } from './contents-source.ts';
import { closedIf, rowItem } from './row-item.ts';
import { workspaceItem } from './status-view.ts';
import { asTarget, type Target } from './target.ts';

type Node =
  | (Target & { readonly kind: 'workspace' })
  | (Target & { readonly kind: 'folder'; readonly at: string; readonly sum: FolderSum | null })
  | (Target & { readonly kind: 'file'; readonly path: string; readonly file: ListedFile })
  | (Target & { readonly kind: 'more'; readonly at: string; readonly from: number; readonly count: number });

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** The Contents view: what is committed, level by level. */
export function openContentsView(folders: Folders, host: Host, log: Log): vscode.Disposable & { refresh(): void } {
  const { clock } = host;
  const changes = new vscode.EventEmitter<undefined>();
  const source = openContentsSource();
  let problem = '';

  async function level(folder: Folder, at: string, from: number): Promise<Node[]> {
    const running = folder.running();
    try {
      if (running !== null && running.datastore.inPlace !== null) {
        const rows = await inPlace(folder, running.root, host.skipOf(running.config), at);
        problem = '';
        return rows;
      }
      const index = await source.index(folder);
      problem = '';
      if (index === null) return [];
      const page = pageOf(index, at, from);
      return [
        ...page.folders.map((sum): Node => asTarget({ kind: 'folder', folder, at: sum.path, sum })),
        ...page.files.map((file): Node => asTarget({ kind: 'file', folder, path: file.path, file })),
        ...(page.rest === null ? [] : [asTarget({ kind: 'more' as const, folder, at, ...page.rest })]),
      ];
    } catch (error) {
      log.warn(`the contents cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      problem = problemText(error);
      return [];
    } finally {
      view.message = messageOf(folders, problem, clock);
    }
  }

  async function inPlace(
    folder: Folder,
    uri: vscode.Uri,
    skip: (path: string, isFolder: boolean) => boolean,
    at: string,
  ): Promise<Node[]> {
    const found = await readLevel(uri, skip, at);
    const files = await Promise.all(
      found.files.map(async (path): Promise<Node> => {
        const { size, mtime } = await vscode.workspace.fs.stat(vscode.Uri.joinPath(uri, path));
        return asTarget<Node>({ kind: 'file', folder, path, file: { path, size, mtime, by: null, mark: 'in-place' } });
      }),
    );
    return [...found.folders.map((path): Node => asTarget({ kind: 'folder', folder, at: path, sum: null })), ...files];
  }

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changes.event,
    async getChildren(node) {
      switch (node?.kind) {
        case 'file':
          return [];
        case 'folder':
          return level(node.folder, node.at, 0);
        case 'more':
          return level(node.folder, node.at, node.from);
        case 'workspace':
          return level(node.folder, '', 0);
        case undefined: {
          const shown = folders.all().filter(hasContents);
          const [only, second] = shown;
          if (only !== undefined && second === undefined) return level(only, '', 0);
          return shown.map((folder) => asTarget({ kind: 'workspace', folder }));
        }
      }
    },
    getTreeItem(node) {
      switch (node.kind) {
        case 'workspace':
          return workspaceItem(node.folder);
        case 'folder': {
          const name = node.at.slice(node.at.lastIndexOf('/') + 1);
          const bare = {
            id: `${node.at}/`,
            label: name,
            description: '',
            tooltip: node.at,
            icon: 'folder',
            context: 'folder',
          };
          return rowItem(node.folder.id, node.sum === null ? bare : folderRow(node.sum), Collapsed);
        }
        case 'more': {
          const label = `${countText(node.count, 'more')}…`.replace('mores', 'more');
          return rowItem(
            node.folder.id,
            {
              id: `${node.at}/*${node.from}`,
              label,
              description: '',
              tooltip: label,
              icon: 'ellipsis',
              context: 'more',
            },
            closedIf(true),
          );
        }
        case 'file': {
          const item = rowItem(node.folder.id, fileRow(node.file, clock.now()), None);
          item.command = { title: 'Open', command: 'datastore.openFile', arguments: [node] };
          return item;
        }
      }
    },
  };

  const view = vscode.window.createTreeView('datastore.contents', {
    treeDataProvider: provider,
    showCollapseAll: true,
  });
  return Object.assign(
    vscode.Disposable.from(
      view,
      changes,
      folders.onChange(() => {
        view.message = messageOf(folders, problem, clock);
        if (isWorthDrawing(folders, source)) changes.fire(undefined);
      }),
    ),
    { refresh: () => changes.fire(undefined) },
  );
}

const hasContents = (folder: Folder): boolean => folder.state().kind === 'active';

/** Not while a cycle is under way: its end brings one answer for all. */
function isWorthDrawing(folders: Folders, source: ContentsSource): boolean {
  return folders.all().some((folder) => {
    const state = folder.state();
    return (state.kind !== 'active' || state.status.progress === null) && source.isStale(folder);
  });
}

/** Empty where the welcome of the view says it better. */
function problemText(error: unknown): string {
  if (!(error instanceof SyncError)) return 'The contents cannot be read; see the log.';
  return error.kind === 'credentials' || error.kind === 'offline'
    ? ''
    : `The contents cannot be read: ${error.message}`;
}

/** Empty: none. */
function messageOf(folders: Folders, problem: string, clock: Clock): string {
  if (problem !== '') return problem;
  const offline = folders
    .all()
    .map((folder) => folder.state())
    .find((state) => state.kind === 'active' && state.status.failure?.kind === 'offline');
  if (offline?.kind !== 'active') return '';
  const { seenAt, failure } = offline.status;
  const since = failure === null ? '' : ` ${sinceText(failure.since, clock.now())}`;
  return seenAt === null ? `Offline${since}.` : `Offline${since}: as of ${agoText(seenAt, clock.now())}.`;
}
