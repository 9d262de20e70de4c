import * as vscode from 'vscode';
import { bytesText } from '../core/quantities.ts';
import { createContentsCache, readAtMost } from './contents-cache.ts';
import type { Running } from './folder.ts';
import type { Folders } from './folders.ts';
import { t } from './l10n.ts';

/** A file as the remote has it. */
export interface RemoteFile {
  /** Id of its folder. */
  readonly folder: string;
  readonly path: string;
  /** SHA-256, or `any`: the latest. */
  readonly version: string;
}

/** Larger files are no documents: the window would hold all of them in memory. */
export const MOST_SHOWN_BYTES = 50_000_000;

/** An editor asks for each twice, and for both sides of what it compares. */
const cache = createContentsCache(2 * MOST_SHOWN_BYTES);

/** Rejects with FileSystemError where it is too large, or its folder is not connected. */
export function readRemoteFile(folders: Folders, file: RemoteFile): Promise<Uint8Array> {
  // Others never change.
  if (file.version === 'any') return load(folders, file);
  return cache.read(JSON.stringify(file), () => load(folders, file));
}

async function load(folders: Folders, { folder, path, version }: RemoteFile): Promise<Uint8Array> {
  const datastore = (await engineOf(folders, folder))?.datastore;
  if (datastore === undefined) throw vscode.FileSystemError.Unavailable(t('This folder is not connected.'));
  const body = version === 'any' ? datastore.readRemote(path) : datastore.readVersion(path, version);
  const content = await readAtMost(body, MOST_SHOWN_BYTES);
  if (content === null) throw vscode.FileSystemError.Unavailable(tooLarge(path));
  return content;
}

/** Where the folder is being opened, as when a window shows again what it showed before: when it is. Null: it is not connected. */
async function engineOf(folders: Folders, id: string): Promise<Running | null> {
  for (;;) {
    const folder = folders.byId(id);
    const running = folder?.running() ?? null;
    const isOpening = folder !== undefined && ['loading', 'active'].includes(folder.state().kind);
    if (running !== null || !isOpening) return running;
    await new Promise<void>((resolve) => {
      const listening = folders.onChange(() => {
        listening.dispose();
        resolve();
      });
    });
  }
}

/** What to do in place of looking at it. */
export const tooLarge = (path: string): string =>
  t(
    '{0} is larger than {1}, too large to be shown. `datastore cat` in a terminal writes the remote version to a file.',
    path,
    bytesText(MOST_SHOWN_BYTES),
  );
