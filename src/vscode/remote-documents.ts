import * as vscode from 'vscode';
import type { Folder } from './folder.ts';
import type { Folders } from './folders.ts';

export const REMOTE_SCHEME = 'datastore-remote';

/** A file as the remote has it. Another `version` is another document, so that nothing old is shown from a cache. */
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

/** Read-only documents of committed contents, for comparisons. */
export function serveRemoteDocuments(folders: Folders): vscode.Disposable {
  const never = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions('The remote side is read-only.');
  };

  async function read(uri: vscode.Uri): Promise<Uint8Array> {
    const { folder: id, version } = parseQuery(uri);
    if (version === 'absent') return new Uint8Array();
    const running = folders.byId(id)?.running();
    if (running === null || running === undefined)
      throw vscode.FileSystemError.Unavailable('This folder is not connected.');
    const parts: Uint8Array[] = [];
    for await (const part of running.datastore.readRemote(uri.path.slice(1))) parts.push(part);
    return Buffer.concat(parts);
  }

  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: never.event,
    watch: () => new vscode.Disposable(() => {}),
    async stat(uri) {
      const { folder: id, version } = parseQuery(uri);
      const file = { type: vscode.FileType.File, ctime: 0, permissions: vscode.FilePermission.Readonly };
      if (version === 'absent') return { ...file, mtime: 0, size: 0 };
      const tree: ReadonlyMap<string, { readonly mtime: number; readonly size: number }> | undefined = await folders
        .byId(id)
        ?.running()
        ?.datastore.contents();
      const entry = tree?.get(uri.path.slice(1));
      if (entry === undefined) throw vscode.FileSystemError.FileNotFound(uri);
      return { ...file, mtime: entry.mtime, size: entry.size };
    },
    readFile: read,
    readDirectory: () => [],
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
  return vscode.Disposable.from(
    never,
    vscode.workspace.registerFileSystemProvider(REMOTE_SCHEME, provider, { isReadonly: true, isCaseSensitive: true }),
  );
}

function parseQuery(uri: vscode.Uri): { readonly folder: string; readonly version: string } {
  const value: unknown = JSON.parse(uri.query === '' ? '{}' : uri.query);
  const of = (name: string) => {
    const found =
      typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
    return typeof found === 'string' ? found : '';
  };
  return { folder: of('folder'), version: of('version') };
}
