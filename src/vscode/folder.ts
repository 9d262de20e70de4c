import * as vscode from 'vscode';
import type { Config } from '../core/config/config.ts';
import { SyncError } from '../core/errors.ts';
import type { StoredFile } from '../core/format/tree.ts';
import type { AutoSync, Coordinator } from '../engine/coordinator/coordinator.ts';
import type { Datastore } from '../engine/datastore.ts';
import type { Log } from '../engine/ports.ts';
import type { Skip } from '../engine/root/scan.ts';
import type { Answers } from './answers.ts';
import { busyPathsBelow } from './busy-paths.ts';
import type { FolderState } from './folder-state.ts';
import type { Host } from './host.ts';
import type { Keys } from './keys.ts';
import { t } from './l10n.ts';
import { placeOf } from './place.ts';

/** What runs while a folder is connected. */
export interface Running {
  readonly config: Config;
  readonly datastore: Datastore<StoredFile>;
  readonly coordinator: Coordinator;
  /** The shared folder, or the one used in place. */
  readonly root: vscode.Uri;
  /** What the configuration leaves out, and what of that holds whatever it says. */
  readonly skip: Skip;
  readonly neverShared: Skip;
}

/** One workspace folder: its configuration, and its engine where it may have one. */
export interface Folder {
  readonly workspace: vscode.WorkspaceFolder;
  /** The folder's URI as text: what answers, pauses and documents name it by. */
  readonly id: string;
  state(): FolderState;
  running(): Running | null;
  /** Reads the configuration again; the engine is built anew where it differs, or when `force` is set. */
  reload(force?: boolean): Promise<void>;
  /** Whether the person has paused it, over restarts. */
  isPaused(): boolean;
  pause(): void;
  resume(): void;
  dispose(): Promise<void>;
}

export interface FolderParts {
  readonly host: Host;
  readonly answers: Answers;
  readonly keys: Keys;
  readonly log: Log;
  /** Folders that the person paused, over restarts. */
  readonly paused: { has(folder: string): boolean; set(folder: string, paused: boolean): void };
  readonly changed: (folder: Folder) => void;
}

export function openFolder(workspace: vscode.WorkspaceFolder, parts: FolderParts): Folder {
  const { host, answers, keys, log } = parts;
  const id = workspace.uri.toString();
  let state: FolderState = { kind: 'loading' };
  let running: Running | null = null;
  /** What the engine was built from. */
  let built = '';
  let queue: Promise<void> = Promise.resolve();
  let disposed = false;

  function show(next: FolderState): void {
    state = next;
    if (!disposed) parts.changed(folder);
  }

  async function stop(): Promise<void> {
    const old = running;
    running = null;
    built = '';
    await old?.coordinator.dispose().catch((error: unknown) => log.warn(`closing ${workspace.name}: ${String(error)}`));
  }

  async function load(force: boolean): Promise<void> {
    const settings = vscode.workspace.getConfiguration('datastore', workspace.uri);
    // A setting of an untrusted workspace is withheld by VS Code itself (restrictedConfigurations).
    const read = await host.readConfig(workspace.uri.fsPath, settings.get<string>('url', ''), {
      maxUpload: settings.get<string>('maxUpload', ''),
      maxDownload: settings.get<string>('maxDownload', ''),
    });
    const trusted = vscode.workspace.isTrusted;
    if (!read.ok) {
      await stop();
      if (read.problem[0]?.kind === 'not-set-up') return showNotSetUp();
      return show({ kind: 'invalid', problems: read.problem });
    }
    const config = read.value;
    const { backend } = config;
    const place = placeOf(config);
    if (backend.type === 'unsupported') return stopped({ kind: 'unsupported', config, found: backend.found });
    if (!trusted) return stopped({ kind: 'untrusted', config });
    // A folder used in place is nobody else's machine: trust is all it needs.
    const answer = place === null ? 'connect' : answers.get(id, place);
    if (answer === null) return stopped({ kind: 'asking', config });
    if (answer === 'decline') return stopped({ kind: 'declined', config });
    const autoSync = settings.get<AutoSync>('autoSync', 'on');
    const wanted = JSON.stringify([config, autoSync]);
    if (wanted === built && !force) return;
    await stop();
    try {
      await start(config, autoSync);
      built = wanted;
    } catch (error) {
      const { message, remedy } =
        error instanceof SyncError ? error : { message: String(error), remedy: t('See the log.') };
      show({ kind: 'broken', config, message, remedy });
    }
  }

  /** What a first set-up has left is read after: a window with nothing in it waits for nothing. */
  async function showNotSetUp(): Promise<void> {
    show({ kind: 'not-set-up' });
    const found = await host.readUnfinished(workspace.uri.fsPath, null).catch((error: unknown) => {
      log.warn(`the set-up of ${workspace.name} cannot be read: ${String(error)}`);
      return null;
    });
    if (found !== null) show({ kind: 'not-set-up', isUnfinished: true });
  }

  async function stopped(next: FolderState): Promise<void> {
    await stop();
    show(next);
  }

  async function start(config: Config, autoSync: AutoSync): Promise<void> {
    const place = placeOf(config);
    const credentials = place === null ? undefined : await keys.get(place);
    // Loaded while the SDK is, and not before a folder is connected.
    const [{ createCoordinator }, engine] = await Promise.all([
      import('../engine/coordinator/coordinator.ts'),
      host.openEngine({ workspace: workspace.uri.fsPath, config, log, credentials }),
    ]);
    const root = vscode.Uri.file(engine.root);
    const coordinator = createCoordinator({
      ...engine,
      clock: host.clock,
      log,
      autoSync,
      busyPaths: () => busyPathsBelow(root),
    });
    if (disposed) return coordinator.dispose();
    const { datastore, skip, neverShared } = engine;
    running = { config, datastore, coordinator, root, skip, neverShared };
    const mine = running;
    if (parts.paused.has(id)) coordinator.pause();
    coordinator.setFocused(vscode.window.state.focused);
    show({ kind: 'active', config, status: coordinator.status() });
    coordinator.onChange((status) => {
      if (running === mine) show({ kind: 'active', config, status });
    });
    coordinator.start();
  }

  const folder: Folder = {
    workspace,
    id,
    state: () => state,
    running: () => running,
    reload(force = false) {
      // One after another: two file events must not build two engines on one root.
      queue = queue
        .then(() => (disposed ? undefined : load(force)))
        .catch((error: unknown) => log.error(String(error)));
      return queue;
    },
    isPaused: () => parts.paused.has(id),
    pause() {
      parts.paused.set(id, true);
      running?.coordinator.pause();
    },
    resume() {
      parts.paused.set(id, false);
      running?.coordinator.resume();
    },
    async dispose() {
      disposed = true;
      await queue;
      await stop();
    },
  };
  return folder;
}
