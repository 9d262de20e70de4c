import * as vscode from 'vscode';
import type { Folder } from './folder.ts';
import type { Folders } from './folders.ts';
import type { HeldFiles } from './held-files.ts';
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
  /** What a file has in it now, as a document that stays so while the file is a conflict, also after a reload. */
  hold(folder: Folder, path: string, content: Uint8Array): Promise<vscode.Uri>;
}

export function serveRemoteDocuments(folders: Folders, held: HeldFiles): RemoteDocuments {
  const never = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  const refuse = (): never => {
    throw vscode.FileSystemError.NoPermissions(t('The remote side is read-only.'));
  };

  async function read(uri: vscode.Uri): Promise<Uint8Array> {
    const { folder, version, held: sha256 } = parseQuery(uri);
    const path = uri.path.slice(1);
    if (version === 'absent') return new Uint8Array();
    if (version === 'held') return (await held.read({ folder, path, sha256 })) ?? fail(notKept());
    const { readRemoteFile } = await import('./read-remote.ts');
    return readRemoteFile(folders, { folder, path, version });
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
  const following = folders.onChange((folder) => {
    const state = folder?.state();
    if (folder === null || state?.kind !== 'active' || !state.status.looked) return;
    // What stays takes room, and does no harm.
    held.keepOnly(folder.id, new Set(state.status.conflicts.map(({ path }) => path))).catch(() => {});
  });
  return {
    async hold(folder, path, content) {
      const { sha256 } = await held.hold(folder.id, path, content);
      const query = JSON.stringify({ folder: folder.id, version: 'held', held: sha256, size: content.byteLength });
      return vscode.Uri.from({ scheme: REMOTE_SCHEME, path: `/${path}`, query });
    },
    dispose: () => vscode.Disposable.from(never, registered, following).dispose(),
  };
}

const notKept = () =>
  vscode.FileSystemError.Unavailable(
    t('What was here when the merge began is no longer kept. Close this, and merge again if it is still a conflict.'),
  );

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
