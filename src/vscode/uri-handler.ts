import * as vscode from 'vscode';
import { t } from './l10n.ts';
import type { Notices } from './notices.ts';

/** What a link can open: a view each, and nothing that changes, sends or asks anything. */
const VIEWS: Readonly<Record<string, string>> = {
  '/contents': 'datastore.contents.focus',
  '/status': 'datastore.status.focus',
  '/conflicts': 'datastore.conflicts.focus',
};

/** `vscode://datastore-sync.datastore-sync/status`: links in chats and wikis. Anybody can write one, so it only ever shows. */
export function handleUris(notices: Notices): vscode.Disposable {
  return vscode.window.registerUriHandler({ handleUri: (uri) => openLink(uri, notices) });
}

/** Whatever else the link carries is left unread. */
export async function openLink(uri: vscode.Uri, notices: Pick<Notices, 'warn'>): Promise<void> {
  const view = Object.hasOwn(VIEWS, uri.path) ? VIEWS[uri.path] : undefined;
  if (view !== undefined) return vscode.commands.executeCommand(view);
  const asked = uri.path.length > 40 ? `${uri.path.slice(0, 40)}…` : uri.path;
  const known = Object.keys(VIEWS).join(', ');
  notices.warn(
    t('A link asks Datastore Sync for “{0}”. Links can only open views: {1}. Nothing was done.', asked, known),
  );
}
