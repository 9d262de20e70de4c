import * as vscode from 'vscode';
import type { FolderHealth } from '../../core/doctor/folder-health.ts';
import type { AutoSync } from '../../engine/coordinator/coordinator.ts';
import type { LocalStatus } from '../../engine/datastore.ts';
import type { Log } from '../../engine/ports.ts';
import type { Folder, Running } from '../folder.ts';
import { hasStatus } from '../folder-state.ts';
import type { Folders } from '../folders.ts';
import type { Host } from '../host.ts';
import { t } from '../l10n.ts';
import type { Row } from '../render/row.ts';
import { statusRows } from '../render/status-rows.ts';
import { unfinishedRow } from '../render/unfinished-row.ts';
import { closedIf, rowItem } from './row-item.ts';
import { asTarget, type Target } from './target.ts';

type Node = (Target & { readonly kind: 'workspace' }) | (Target & { readonly kind: 'row'; readonly row: Row });

/** Ages on show are read again after this. */
const AGE_MS = 15_000;
/** The health of a folder used in place is asked again after this. */
const HEALTH_MS = 60_000;

/** The Status view; its badge counts what is to be transferred. */
export function openStatusView(
  folders: Folders,
  host: Pick<Host, 'clock' | 'readUnfinished'>,
  log: Log,
): vscode.Disposable {
  const { clock } = host;
  const changes = new vscode.EventEmitter<undefined>();
  const recents = new WeakMap<
    Running,
    { readonly since: readonly unknown[]; readonly recent: LocalStatus['recent'] }
  >();
  const healths = new WeakMap<Running, { readonly at: number; readonly health: FolderHealth | null }>();

  async function rowsOf(folder: Folder): Promise<Node[]> {
    const [recent, health] = [await recentOf(folder), await healthOf(folder)];
    const autoSync = vscode.workspace
      .getConfiguration('datastore', folder.workspace.uri)
      .get<AutoSync>('autoSync', 'on');
    const rows = [
      ...(await unfinishedOf(folder)),
      ...statusRows(folder.state(), recent, clock.now(), health, autoSync),
    ];
    return rows.map((row) => asTarget({ kind: 'row', folder, row }));
  }

  async function unfinishedOf(folder: Folder): Promise<readonly Row[]> {
    const state = folder.state();
    const config = 'config' in state ? state.config : null;
    const found = await host.readUnfinished(folder.workspace.uri.fsPath, config).catch((error: unknown) => {
      log.warn(`the set-up of ${folder.workspace.name} cannot be read: ${String(error)}`);
      return null;
    });
    return found === null ? [] : [unfinishedRow(found)];
  }

  // It is found out by writing: not at every glance.
  async function healthOf(folder: Folder): Promise<FolderHealth | null> {
    const running = folder.running();
    if (running === null || running.datastore.inPlace === null) return null;
    const known = healths.get(running);
    if (known !== undefined && clock.monotonic() - known.at < HEALTH_MS) return known.health;
    // Why it is not known, the lock says too.
    const health = await running.datastore.inPlace.health().catch(() => null);
    healths.set(running, { at: clock.monotonic(), health });
    return health;
  }

  // It lies with all that is known of every file: read again only where a cycle may have added to it.
  async function recentOf(folder: Folder): Promise<LocalStatus['recent']> {
    const [running, state] = [folder.running(), folder.state()];
    if (running === null || state.kind !== 'active') return [];
    const since = [state.status.last, state.status.generation];
    const known = recents.get(running);
    if (known !== undefined && known.since.every((one, index) => one === since[index])) return known.recent;
    try {
      const { recent } = await running.datastore.local();
      recents.set(running, { since, recent });
      return recent;
    } catch (error) {
      log.warn(`the history of ${folder.workspace.name} cannot be read: ${String(error)}`);
      return [];
    }
  }

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changes.event,
    async getChildren(node) {
      if (node?.kind === 'row')
        return (node.row.children ?? []).map((row) => asTarget({ kind: 'row', folder: node.folder, row }));
      if (node?.kind === 'workspace') return rowsOf(node.folder);
      const shown = folders.all().filter((folder) => hasStatus(folder.state()));
      const [only, second] = shown;
      if (only !== undefined && second === undefined) return rowsOf(only);
      return shown.map((folder) => asTarget({ kind: 'workspace', folder }));
    },
    getTreeItem(node) {
      if (node.kind === 'workspace') return workspaceItem(node.folder);
      return rowItem(node.folder.id, node.row, closedIf((node.row.children ?? []).length > 0));
    },
  };

  const view = vscode.window.createTreeView('datastore.status', { treeDataProvider: provider, showCollapseAll: false });
  let cancelAges = () => {};
  const age = () => {
    cancelAges();
    cancelAges = clock.after(AGE_MS, () => {
      if (view.visible) changes.fire(undefined);
      age();
    });
  };
  age();
  return vscode.Disposable.from(
    view,
    changes,
    { dispose: () => cancelAges() },
    folders.onChange(() => {
      changes.fire(undefined);
      const pending = folders.all().reduce((sum, folder) => sum + pendingOf(folder), 0);
      view.badge = pending === 0 ? undefined : { value: pending, tooltip: t('{0} to transfer', pending) };
    }),
  );
}

function pendingOf(folder: Folder): number {
  const state = folder.state();
  if (state.kind !== 'active' || state.status.pending === null) return 0;
  return state.status.pending.up + state.status.pending.down;
}

/** The heading of a folder where several are open. */
export function workspaceItem(folder: Folder): vscode.TreeItem {
  const item = new vscode.TreeItem(folder.workspace.name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = folder.id;
  item.iconPath = new vscode.ThemeIcon('root-folder');
  item.contextValue = 'workspace';
  item.accessibilityInformation = { label: t('Workspace folder {0}', folder.workspace.name) };
  return item;
}
