import * as vscode from 'vscode';
import type { SyncOptions } from '../../engine/datastore.ts';
import { t } from '../l10n.ts';
import { type PreviewItem, previewItems } from '../render/preview-items.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { asTarget } from '../views/target.ts';
import { type Chosen, chooseSyncing } from './choose-folder.ts';
import { compareWithRemote } from './file-commands.ts';
import { runCycle } from './sync-commands.ts';

/** Shows the plan that a sync would carry out now, and carries it out if the person says so. */
export async function preview(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, t('Preview which folder?'));
  if (chosen === null) return;
  const found = await withSlowProgress(ui.host.clock, t('Looking at {0}', chosen.folder.workspace.name), ({ signal }) =>
    chosen.running.coordinator.preview({ signal }),
  );
  const items = previewItems(found).map((item) => ({
    ...item,
    ...(item.does.kind === 'heading' ? { kind: vscode.QuickPickItemKind.Separator } : {}),
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Preview: {0}', chosen.folder.workspace.name),
    placeHolder: t('What a sync would do now'),
    matchOnDescription: true,
  });
  if (picked !== undefined) await carryOut(ui, chosen, picked.does);
}

async function carryOut(ui: Ui, chosen: Chosen, does: PreviewItem['does']): Promise<void> {
  const { folder } = chosen;
  const sync = (options: SyncOptions) => runCycle(ui, chosen, t('Syncing'), options);
  switch (does.kind) {
    case 'apply':
      await sync({});
      return;
    case 'allow-mass-delete':
      if (
        await isSure(
          t('Delete these files?'),
          t('Now {0}. Older commits of the remote keep their contents for a while.', does.shown),
          t('Delete and Sync'),
        )
      )
        await sync({ allowMassDelete: true });
      return;
    case 'accept-remote':
      if (
        await isSure(
          t('Accept this remote?'),
          t(
            'What was known of the old one is forgotten. Both sides are put together; nothing is deleted, and files that differ become conflicts.',
          ),
          t('Accept and Sync'),
        )
      )
        await sync({ acceptRemote: does.generation });
      return;
    case 'show':
      return compareWithRemote(ui, asTarget({ folder, path: does.path }));
    case 'conflict':
      await vscode.commands.executeCommand(
        'datastore.compareConflict',
        asTarget({ folder, path: does.conflict.path, conflict: does.conflict }),
      );
      return;
    case 'heading':
    case 'nothing':
      return;
  }
}

const isSure = async (question: string, detail: string, yes: string): Promise<boolean> =>
  (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
