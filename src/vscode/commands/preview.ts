import * as vscode from 'vscode';
import { SyncError } from '../../core/errors.ts';
import { recordPlan } from '../../core/plan/plan-record.ts';
import type { SyncOptions } from '../../engine/datastore.ts';
import { said, t } from '../l10n.ts';
import { type StoppedItem, stoppedItems } from '../render/stopped-items.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { openPlanView, type PlanView } from '../views/plan-view.ts';
import { asTarget } from '../views/target.ts';
import { type Chosen, chooseSyncing } from './choose-folder.ts';
import { compareWithRemote } from './file-commands.ts';
import { runCycle } from './sync-commands.ts';

/** One for each window, made with its first preview. */
const views = new WeakMap<Ui, PlanView>();

/** Shows the plan that a sync would carry out now, to choose from; where it would be stopped, why and the ways out. */
export async function preview(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, t('Preview which folder?'));
  if (chosen === null) return;
  const found = await withSlowProgress(ui.host.clock, t('Looking at {0}', chosen.folder.workspace.name), ({ signal }) =>
    chosen.running.coordinator.preview({ signal }),
  );
  if (found.vetoes.length > 0) return askWayOut(ui, chosen, stoppedItems(found));
  const { plan, held, basis } = found;
  const record = basis && recordPlan(plan, held, basis, new Date(ui.host.clock.now()).toISOString());
  if (record === null || record.steps.length + record.conflicts.length + record.held.length === 0) {
    await views.get(ui)?.close();
    return ui.notices.info(t('In step: there is nothing to transfer.'));
  }
  const view = views.get(ui) ?? openPlanView();
  views.set(ui, view);
  await view.show(chosen, record);
}

/** Carries out the steps of the plan on show that are checked, and no others; or says what has moved, and does nothing. */
export async function applyPreview(ui: Ui): Promise<void> {
  const view = views.get(ui);
  const approved = view?.approved() ?? null;
  if (view === undefined || approved === null)
    return ui.notices.info(t('There is no plan on show: preview a sync first.'));
  if (approved.plan.steps.length === 0) return ui.notices.info(t('Nothing is chosen.'));
  try {
    await runCycle(ui, approved.chosen, t('Syncing'), { approved: approved.plan });
    await view.close();
  } catch (error) {
    if (!(error instanceof SyncError) || error.kind !== 'moved') throw error;
    ui.notices.warn(`${said(error.message)}. ${t('Nothing was changed.')}`, {
      label: t('Preview Again'),
      run: () => preview(ui, asTarget({ folder: approved.chosen.folder })),
    });
  }
}

export async function closePreview(ui: Ui): Promise<void> {
  await views.get(ui)?.close();
}

async function askWayOut(ui: Ui, chosen: Chosen, all: readonly StoppedItem[]): Promise<void> {
  const items = all.map((item) => ({
    ...item,
    ...(item.does.kind === 'heading' ? { kind: vscode.QuickPickItemKind.Separator } : {}),
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Preview: {0}', chosen.folder.workspace.name),
    placeHolder: t('What a sync would do now'),
    matchOnDescription: true,
  });
  if (picked !== undefined) await takeWayOut(ui, chosen, picked.does);
}

async function takeWayOut(ui: Ui, chosen: Chosen, does: StoppedItem['does']): Promise<void> {
  const sync = (options: SyncOptions) => runCycle(ui, chosen, t('Syncing'), options);
  switch (does.kind) {
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
      return compareWithRemote(ui, asTarget({ folder: chosen.folder, path: does.path }));
    case 'heading':
    case 'nothing':
      return;
  }
}

const isSure = async (question: string, detail: string, yes: string): Promise<boolean> =>
  (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
