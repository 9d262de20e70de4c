import * as vscode from 'vscode';
import type { Folder } from '../folder.ts';
import type { FolderState } from '../folder-state.ts';
import { said, t } from '../l10n.ts';
import { placeText } from '../render/place-text.ts';
import type { Ui } from '../ui.ts';
import { asTarget } from '../views/target.ts';

/** Says why nothing can be done in these folders, and what would help. */
export function explainState({ notices, folders: open }: Ui, folders: readonly Folder[]): void {
  const gone = folders.find((folder) => open.byId(folder.id) !== folder);
  if (gone !== undefined) return notices.info(t('“{0}” is no folder of this workspace any more.', gone.workspace.name));
  // Between two engines: what is shown is still of the first.
  const between = folders.find((folder) => folder.state().kind === 'active' && folder.running() === null);
  if (between !== undefined)
    return notices.info(
      t('The connection of “{0}” is being made anew. Try again in a moment.', between.workspace.name),
    );
  const folder = heaviest(folders);
  const state = folder?.state();
  const on = folder && asTarget({ folder });
  const configure = { label: t('Open Configuration'), run: 'datastore.openConfiguration', on };
  switch (state?.kind) {
    case undefined: {
      const isVirtual = (vscode.workspace.workspaceFolders ?? []).length > 0;
      return notices.info(
        isVirtual
          ? t('Datastore Sync needs a folder on a disk: virtual workspaces are not supported.')
          : t('Open a folder first: Datastore Sync keeps a folder of it in step.'),
      );
    }
    case 'untrusted':
      return notices.warn(t('This workspace is not trusted, so Datastore Sync contacts nobody.'), {
        label: t('Manage Trust'),
        run: 'workbench.trust.manage',
      });
    case 'asking':
    case 'declined':
      return notices.info(t('Not connected to {0}: that needs your answer.', placeText(state.config)), {
        label: t('Answer…'),
        run: 'datastore.connect',
        on,
      });
    case 'invalid':
      return notices.warn(t('The configuration of the datastore has mistakes.'), configure, {
        label: t('Show Status'),
        run: 'datastore.showStatus',
      });
    case 'broken':
      return notices.warn(
        `${said(state.message)} ${said(state.remedy)}`,
        { label: t('Try Again'), run: 'datastore.refresh' },
        configure,
      );
    case 'unsupported':
      return notices.warn(
        t("The datastore type {0} is another tool's: it is shown, never written to.", state.found),
        configure,
      );
    case 'loading':
      return notices.info(t('Datastore Sync is still reading the configuration. Try again in a moment.'));
    case 'not-set-up':
      return notices.info(t('No datastore is set up in this workspace.'), {
        label: t('Set Up…'),
        run: 'datastore.setUp',
        on,
      });
    case 'active':
      return notices.info(
        state.status.inPlace
          ? t('This datastore is a folder used in place: there is nothing to sync.')
          : t('The datastore is connected: there is nothing to do here.'),
      );
  }
}

const ORDER: readonly FolderState['kind'][] = [
  'untrusted',
  'asking',
  'invalid',
  'broken',
  'declined',
  'unsupported',
  'loading',
  'active',
  'not-set-up',
];

const heaviest = (folders: readonly Folder[]): Folder | undefined =>
  folders.toSorted((left, right) => ORDER.indexOf(left.state().kind) - ORDER.indexOf(right.state().kind))[0];
