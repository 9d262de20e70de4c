import * as vscode from 'vscode';
import type { Folder } from './folder.ts';
import type { Folders } from './folders.ts';
import { t } from './l10n.ts';

export const REMOTE_SCHEME = 'datastore-remote';

/** A file as a commit has it; another version is another document, so that nothing old is shown from a cache. `size` in bytes. */
export function remoteUri(
  folder: Folder,
  path: string,
  { sha256, size }: { readonly sha256: string; readonly size: number },
): vscode.Uri {
  return vscode.Uri.from({
    scheme: REMOTE_SCHEME,
    path: `/${path}`,
    query: JSON.stringify({ folder: folder.id, version: sha256, size }),
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

/** Merges that are under way. */
const MOST_HELD = 32;

export function serveRemoteDocuments(folders: Folders): RemoteDocuments {
  const never = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const held = new Map<string, Uint8Array>();
  let holds = 0;
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions(t('The remote side is read-only.'));
  };

  async function read(uri: vscode.Uri): Promise<Uint8Array> {
    const { folder, version, held: name } = parseQuery(uri);
    if (version === 'absent') return new Uint8Array();
    if (version === 'held') return held.get(name) ?? fail(vscode.FileSystemError.FileNotFound(uri));
    const { readRemoteFile } = await import('./read-remote.ts');
    return readRemoteFile(folders, { folder, path: uri.path.slice(1), version });
  }

  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: never.event,
    watch: () => new vscode.Disposable(() => {}),
    async stat(uri) {
      const size = parseQuery(uri).size ?? (await read(uri)).byteLength;
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
      const [oldest] = held.keys();
      if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
      const query = JSON.stringify({ version: 'held', held: name });
      return vscode.Uri.from({ scheme: REMOTE_SCHEME, path: `/${path}`, query });
    },
    dispose: () => vscode.Disposable.from(never, registered).dispose(),
  };
}

function fail(error: Error): never {
  throw error;
}

interface Query extends Readonly<Record<'folder' | 'version' | 'held', string>> {
  /** Null: not known before it is read. */
  readonly size: number | null;
}

function parseQuery(uri: vscode.Uri): Query {
  const value: unknown = JSON.parse(uri.query === '' ? '{}' : uri.query);
  const fields = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const of = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const { size } = fields;
  return {
    folder: of('folder'),
    version: of('version'),
    held: of('held'),
    size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : null,
  };
}
