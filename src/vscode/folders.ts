import * as vscode from 'vscode';
import { type Folder, type FolderParts, openFolder, type Running } from './folder.ts';
import type { FolderState, NamedState } from './folder-state.ts';

/** All folders of the window, one engine each. */
export interface Folders {
  all(): readonly Folder[];
  named(): readonly NamedState[];
  byId(id: string): Folder | undefined;
  readonly onChange: vscode.Event<Folder | null>;
  /** Opens what the window has now, and follows it from then on. Resolves when each is read once. */
  start(): Promise<void>;
  reloadAll(force?: boolean): Promise<void>;
  dispose(): Promise<void>;
}

/** Files that carry configuration, in any folder's top. */
const CONFIGURATION = '{.datastore.yaml,.swamp.yaml,.swamp}';
/** An editor saves in several steps. */
const SETTLE_MS = 300;

export function openFolders(given: Omit<FolderParts, 'changed'>): Folders {
  const changes = new vscode.EventEmitter<Folder | null>();
  const parts: FolderParts = { ...given, changed: (folder) => changes.fire(folder) };
  const open = new Map<string, { readonly folder: Folder; watcher: vscode.Disposable | null }>();
  const follow: vscode.Disposable[] = [];
  const closing = new Set<Promise<void>>();

  async function add(workspace: vscode.WorkspaceFolder): Promise<void> {
    // Files elsewhere (virtual workspaces) have no path that could be scanned.
    if (workspace.uri.scheme !== 'file' || open.has(workspace.uri.toString())) return;
    const folder = openFolder(workspace, parts);
    const entry = { folder, watcher: null as vscode.Disposable | null };
    open.set(folder.id, entry);
    // Known at once, watched and read after: activation waits for what is done before.
    await Promise.resolve();
    if (open.get(folder.id) !== entry) return;
    entry.watcher = watchConfiguration(folder);
    await folder.reload();
  }

  function remove(id: string): void {
    const found = open.get(id);
    if (found === undefined) return;
    open.delete(id);
    found.watcher?.dispose();
    const done = found.folder.dispose().finally(() => closing.delete(done));
    closing.add(done);
    changes.fire(null);
  }

  function watchConfiguration(folder: Folder): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder.workspace, CONFIGURATION),
    );
    let cancel = () => {};
    const soon = () => {
      cancel();
      cancel = given.host.clock.after(SETTLE_MS, () => void folder.reload());
    };
    return vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(soon),
      watcher.onDidChange(soon),
      watcher.onDidDelete(soon),
      {
        dispose: () => cancel(),
      },
    );
  }

  const all = () => [...open.values()].map(({ folder }) => folder);
  const reloadAll = async (force = false) => {
    await Promise.all(all().map((folder) => folder.reload(force)));
  };

  return {
    all,
    named: () => all().map((folder) => ({ name: folder.workspace.name, state: folder.state() })),
    byId: (id) => open.get(id)?.folder,
    onChange: changes.event,
    reloadAll,
    async start() {
      follow.push(
        vscode.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
          for (const { uri } of removed) remove(uri.toString());
          for (const workspace of added) void add(workspace);
        }),
        vscode.workspace.onDidChangeConfiguration((event) => {
          if (event.affectsConfiguration('datastore')) void reloadAll();
        }),
        vscode.workspace.onDidGrantWorkspaceTrust(() => void reloadAll()),
        vscode.window.onDidChangeWindowState(({ focused }) => {
          for (const folder of all()) folder.running()?.coordinator.setFocused(focused);
        }),
      );
      await Promise.all((vscode.workspace.workspaceFolders ?? []).map(add));
      changes.fire(null);
    },
    async dispose() {
      for (const one of follow) one.dispose();
      for (const id of open.keys()) remove(id);
      await Promise.all(closing);
      changes.dispose();
    },
  };
}

export function runningFolders(folders: Folders): readonly { readonly folder: Folder; readonly running: Running }[] {
  return folders.all().flatMap((folder) => {
    const running = folder.running();
    return running === null ? [] : [{ folder, running }];
  });
}

/** Those that transfer: a folder used in place has nothing to sync. */
export const syncingFolders = (folders: Folders): ReturnType<typeof runningFolders> =>
  runningFolders(folders).filter(({ running }) => running.datastore.inPlace === null);

export const statesOf = (folders: Folders): readonly FolderState[] => folders.all().map((folder) => folder.state());
