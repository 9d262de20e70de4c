import * as vscode from 'vscode';
import type { Folder } from './folder.ts';
import type { Folders } from './folders.ts';
import { t } from './l10n.ts';

export const REMOTE_SCHEME = 'datastore-remote';

/** A file as a commit has it, by its SHA-256; another version is another document, so that nothing old is shown from a cache. `any`: the latest. */
export function remoteUri(folder: Folder, path: string, version: string): vscode.Uri {
  return vscode.Uri.from({
    scheme: REMOTE_SCHEME,
    path: `/${path}`,
    query: JSON.stringify({ folder: folder.id, version }),
  });
}

/** The side of a comparison that is not there. */
export const absentUri = (path: string): vscode.Uri =>
  vscode.Uri.from({ scheme: REMOTE_SCHEME, path: `/${path}`, query: JSON.stringify({ version: 'absent' }) });

/** Read-only documents of versions that are not, or not any more, in the folder. */
export interface RemoteDocuments extends vscode.Disposable {
  /** What a file has in it now, as a document that stays so until the window closes. */
  hold(path: string, content: Uint8Array): vscode.Uri;
}

/** Documents that are kept in memory: an editor asks for each twice, and for both sides of what it compares. */
const MOST_KEPT = 8;
/** Merges that are under way. */
const MOST_HELD = 32;

export function serveRemoteDocuments(folders: Folders): RemoteDocuments {
  const never = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const kept = new Map<string, Promise<Uint8Array>>();
  const held = new Map<string, Uint8Array>();
  let holds = 0;
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions(t('The remote side is read-only.'));
  };

  function read(uri: vscode.Uri): Promise<Uint8Array> {
    const key = uri.toString();
    const { version } = parseQuery(uri);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const content = load(uri);
    // Others never change.
    if (version === 'any') return content;
    kept.set(key, content);
    content.catch(() => kept.delete(key));
    forgetOldest(kept, MOST_KEPT);
    return content;
  }

  async function load(uri: vscode.Uri): Promise<Uint8Array> {
    const { folder: id, version, held: name } = parseQuery(uri);
    if (version === 'absent') return new Uint8Array();
    if (version === 'held') return held.get(name) ?? fail(vscode.FileSystemError.FileNotFound(uri));
    const running = folders.byId(id)?.running();
    if (running === null || running === undefined)
      throw vscode.FileSystemError.Unavailable(t('This folder is not connected.'));
    const path = uri.path.slice(1);
    const { datastore } = running;
    const parts: Uint8Array[] = [];
    for await (const part of version === 'any' ? datastore.readRemote(path) : datastore.readVersion(path, version))
      parts.push(part);
    return Buffer.concat(parts);
  }

  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: never.event,
    watch: () => new vscode.Disposable(() => {}),
    async stat(uri) {
      const { byteLength: size } = await read(uri);
      return { type: vscode.FileType.File, ctime: 0, mtime: 0, size, permissions: vscode.FilePermission.Readonly };
    },
    readFile: read,
    readDirectory: () => [],
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  const registered = vscode.workspace.registerFileSystemProvider(REMOTE_SCHEME, provider, {
    isReadonly: true,
    isCaseSensitive: true,
  });
  return {
    hold(path, content) {
      holds += 1;
      const name = String(holds);
      held.set(name, content);
      forgetOldest(held, MOST_HELD);
      const query = JSON.stringify({ version: 'held', held: name });
      return vscode.Uri.from({ scheme: REMOTE_SCHEME, path: `/${path}`, query });
    },
    dispose: () => vscode.Disposable.from(never, registered).dispose(),
  };
}

function forgetOldest(documents: Map<string, unknown>, most: number): void {
  const [oldest] = documents.keys();
  if (documents.size > most && oldest !== undefined) documents.delete(oldest);
}

function fail(error: Error): never {
  throw error;
}

function parseQuery(uri: vscode.Uri): Readonly<Record<'folder' | 'version' | 'held', string>> {
  const value: unknown = JSON.parse(uri.query === '' ? '{}' : uri.query);
  const of = (name: string) => {
    const found =
      typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
    return typeof found === 'string' ? found : '';
  };
  return { folder: of('folder'), version: of('version'), held: of('held') };
}
