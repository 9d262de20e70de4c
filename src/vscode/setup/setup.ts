import * as vscode from 'vscode';
import type { Config } from '../../core/config/config.ts';
import type { SetupParts } from '../../engine/setup/setup-ports.ts';
import type { Folder } from '../folder.ts';
import { placeOf } from '../place.ts';
import type { Ui } from '../ui.ts';
import { type Draft, inputOf, keysOf } from './draft.ts';

/** One set-up of one folder, as the wizard knows it. */
export interface Setup {
  readonly ui: Ui;
  readonly folder: Folder;
  /** What is set up now; null: nothing. */
  readonly from: Config | null;
  /** Whether files may come along: nobody is contacted whom the person has not agreed to. */
  readonly mayBring: boolean;
}

/** What the engine needs for these answers. Contacts nobody yet. SyncError where the answers will not do together. */
export async function partsFor({ ui, folder, from }: Setup, draft: Draft): Promise<SetupParts> {
  const { host, keys } = ui;
  const { uri } = folder.workspace;
  const kept = async (config: Config | null) => {
    const place = config === null ? null : placeOf(config);
    return place === null ? undefined : keys.get(place);
  };
  const input = inputOf(draft, (path) => absolute(uri, path));
  const request = { workspace: uri.fsPath, from, input, fromCredentials: await kept(from) };
  const parts = await host.openSetup(request);
  // The folder will use the keys that are kept for this place: what is tried now must be the same.
  const credentials = keysOf(draft) ?? (await kept(parts.to));
  return credentials === undefined ? parts : host.openSetup({ ...request, credentials });
}

const absolute = (workspace: vscode.Uri, path: string): string =>
  /^([/~\\]|[A-Za-z]:)/.test(path) ? path : vscode.Uri.joinPath(workspace, path).fsPath;
