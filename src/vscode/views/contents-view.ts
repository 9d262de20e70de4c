import * as vscode from 'vscode';
import type { Log } from '../../engine/ports.ts';
import type { Folder, Running } from '../folder.ts';
import { type Folders, runningFolders } from '../folders.ts';
import type { Host } from '../host.ts';
import { type Contents, changedAtTop } from '../render/contents.ts';
import { asksForExcluded, type ContentsFilter, filterText, onlyText } from '../render/contents-filter.ts';
import type { ListedFile } from '../render/contents-index.ts';
import { contentsMessage, problemText } from '../render/contents-message.ts';
import { PAGE } from '../render/contents-rows.ts';
import { fileTooltip } from '../render/file-tooltip.ts';
import { whyText } from '../render/why-text.ts';
import { type LevelRequest, openContentsLevels } from './contents-levels.ts';
import { type ContentsNode, contentsItem, openContentsNodes } from './contents-nodes.ts';
import { openContentsSource } from './contents-source.ts';
import { openLeftOuts } from './left-out.ts';
import { targetOf } from './target.ts';

/** The Contents view: what is committed, level by level. */
export interface ContentsView extends vscode.Disposable {
  /** Draws everything anew. */
  refresh(): void;
  /** Draws more of the folder that this row ends; nothing for anything else. */
  showMore(row: unknown): void;
  filter(): ContentsFilter | null;
  /** Null: everything is shown. */
  setFilter(filter: ContentsFilter | null): void;
  /** A file as it is shown; null where it is not. Rejects with SyncError where nothing is known. */
  find(folder: Folder, path: string): Promise<ListedFile | null>;
}

/** Ages on show are written again after this. */
const AGE_MS = 60_000;

export function openContentsView(folders: Folders, host: Host, log: Log): ContentsView {
  const changes = new vscode.EventEmitter<ContentsNode | ContentsNode[] | undefined>();
  const source = openContentsSource();
  const nodes = openContentsNodes();
  const leftOuts = openLeftOuts();
  const levels = openContentsLevels(nodes, leftOuts);
  /** Rows that a folder shows, where that is more than a page. */
  const shown = new Map<string, number>();
  /** Folders that are open, which a filter takes away for a while. */
  const opened = new Set<string>();
  const drawn = new WeakMap<Folder, Contents>();
  const ahead = new WeakSet<Running>();
  let filter: ContentsFilter | null = null;
  /** Of the levels that could not be read, by folder and path. */
  const problems = new Map<string, string>();

  function sieve(contents: Contents, { skip }: Running): Contents {
    if (filter === null) return contents;
    return source.filtered(contents, filter, (path) => skip(path, false));
  }

  async function rowsOf(parent: ContentsNode | null, folder: Folder, at: string): Promise<ContentsNode[]> {
    const running = folder.running();
    if (running === null) return [];
    try {
      const rows = await levelOf({
        parent,
        folder,
        running,
        at,
        most: shown.get(limitKey(folder, at)) ?? PAGE,
        isOpen: (path) => opened.has(limitKey(folder, path)),
      });
      // What is below it is read anew with it.
      const key = limitKey(folder, at);
      for (const one of problems.keys()) if (one === key || isBelow(one, key)) problems.delete(one);
      return rows;
    } catch (error) {
      log.warn(`the contents cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      problems.set(limitKey(folder, at), problemText(error));
      return [];
    } finally {
      tell();
    }
  }

  async function levelOf(request: LevelRequest): Promise<ContentsNode[]> {
    if (request.running.datastore.inPlace !== null) return levels.inPlace(request, filter);
    const { folder } = request;
    // Another commit takes a while to read where there are many files: what was there before is shown meanwhile.
    const before = source.isAtHand(folder) ? null : source.known(folder);
    const contents = before ?? (await source.contents(folder));
    if (contents === null) return [];
    drawn.set(folder, contents);
    if (before !== null) void follow(folder);
    return levels.committed(request, sieve(contents, request.running), filter);
  }

  const provider: vscode.TreeDataProvider<ContentsNode> = {
    onDidChangeTreeData: changes.event,
    getParent: (node) => node.parent,
    async getChildren(node) {
      switch (node?.kind) {
        case 'file':
        case 'excluded':
        case 'more':
          return [];
        case 'folder':
          return rowsOf(node, node.folder, node.path);
        case 'workspace':
          return rowsOf(node, node.folder, '');
        case undefined: {
          const all = folders.all().filter((folder) => folder.state().kind === 'active');
          const [only, second] = all;
          if (only !== undefined && second === undefined) return rowsOf(null, only, '');
          return all.map((folder) => nodes.keep(null, { kind: 'workspace', folder }));
        }
      }
    },
    getTreeItem: (node) => contentsItem(node, host.clock.now()),
    resolveTreeItem(item, node) {
      const state = node.folder.state();
      if (node.kind !== 'file' || state.kind !== 'active') return item;
      const why = whyText(node.path, node.file.mark, state.status);
      item.tooltip = new vscode.MarkdownString(fileTooltip(node.file, why, host.clock.now()), true);
      return item;
    },
  };

  const view = vscode.window.createTreeView('datastore.contents', {
    treeDataProvider: provider,
    showCollapseAll: true,
  });

  const noting = vscode.Disposable.from(
    view.onDidExpandElement(({ element }) => note(element, true)),
    view.onDidCollapseElement(({ element }) => note(element, false)),
  );

  function note(element: ContentsNode, isOpen: boolean): void {
    if (element.kind !== 'folder' || element.isFiltered) return;
    const key = limitKey(element.folder, element.path);
    if (isOpen) opened.add(key);
    else opened.delete(key);
  }

  const shownOf = (folder: Folder) => ({ state: folder.state(), keptAt: source.seenAt(folder) });

  function tell(): void {
    const message = filter === null ? '' : leftWords(filter);
    const [problem = ''] = [...problems.values()].filter((text) => text !== '');
    view.message = contentsMessage(folders.all().map(shownOf), problem, message, host.clock.now());
  }

  function leftWords(by: ContentsFilter): string {
    let [shownFiles, all] = [0, 0];
    const open = runningFolders(folders);
    if (open.every(({ running }) => running.datastore.inPlace !== null)) return onlyText(by);
    for (const { folder, running } of open) {
      const contents = source.known(folder);
      if (contents === null) continue;
      all += contents.files;
      shownFiles += sieve(contents, running).files + leftOuts.count(running, by);
    }
    return filterText(by, shownFiles, asksForExcluded(by) ? null : all);
  }

  /** Draws only what looks otherwise than it is drawn. */
  async function follow(folder: Folder): Promise<void> {
    const before = view.visible ? drawn.get(folder) : undefined;
    if (before === undefined) {
      // Asked for when it comes into sight.
      drawn.delete(folder);
      return changes.fire(undefined);
    }
    const now = await source.contents(folder).catch(() => null);
    if (now === null) return changes.fire(undefined);
    if (before === now) return;
    drawn.set(folder, now);
    const changed = filter === null ? changedAtTop(before, now) : 'all';
    if (changed === 'all') return changes.fire(nodes.workspace(folder));
    const top = now.level('');
    const rows = [...changed].flatMap((path) => nodes.at(folder, path) ?? []);
    for (const row of rows) {
      if (row.kind === 'file') row.file = top.files.find((file) => file.path === row.path) ?? row.file;
      if (row.kind === 'folder') row.sum = top.folders.find((sum) => sum.path === row.path) ?? row.sum;
    }
    if (rows.length > 0) changes.fire(rows);
  }

  const following = folders.onChange((folder) => {
    tell();
    if (folder === null) {
      problems.clear();
      return changes.fire(undefined);
    }
    if (isWorthDrawing(folder)) void follow(folder);
    readAhead(folder);
  });

  /** Once for an engine, beside its first look, so that the first row is there when the view is opened. Later commits are read when it is. */
  function readAhead(folder: Folder): void {
    const running = folder.running();
    if (running === null || running.datastore.inPlace !== null || ahead.has(running)) return;
    ahead.add(running);
    source.contents(folder).catch((error: unknown) => log.debug(`reading ahead: ${String(error)}`));
  }

  /** Not while a cycle is under way: its end brings one answer for all. */
  function isWorthDrawing(folder: Folder): boolean {
    const state = folder.state();
    return (state.kind !== 'active' || state.status.progress === null) && source.isStale(folder);
  }

  let cancelAges = () => {};
  const age = () => {
    cancelAges = host.clock.after(AGE_MS, () => {
      if (view.visible) changes.fire(undefined);
      age();
    });
  };
  age();

  return {
    refresh() {
      leftOuts.forget();
      changes.fire(undefined);
    },
    showMore(row) {
      const node = targetOf(row) as ContentsNode | null;
      if (node?.kind !== 'more') return;
      const key = limitKey(node.folder, node.at);
      shown.set(key, (shown.get(key) ?? PAGE) + PAGE);
      changes.fire(node.parent ?? undefined);
    },
    filter: () => filter,
    setFilter(next) {
      filter = next;
      void vscode.commands.executeCommand('setContext', 'datastore.filtered', next !== null);
      tell();
      changes.fire(undefined);
    },
    find: async (folder, path) => (await source.contents(folder))?.file(path) ?? null,
    dispose: () => vscode.Disposable.from(following, noting, view, changes, { dispose: () => cancelAges() }).dispose(),
  };
}

const limitKey = (folder: Folder, at: string): string => `${folder.id}|${at}`;

const isBelow = (key: string, above: string): boolean =>
  above.endsWith('|') ? key.startsWith(above) : key.startsWith(`${above}/`);
