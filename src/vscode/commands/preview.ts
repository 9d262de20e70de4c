import * as vscode from 'vscode';
import { SyncError } from '../../core/errors.ts';
import { type PlanRecord, recordPlan } from '../../core/plan/plan-record.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import type { SyncOptions } from '../../engine/datastore.ts';
import type { Folder } from '../folder.ts';
import { said, t } from '../l10n.ts';
import { type StoppedItem, stoppedItems, stoppedLines } from '../render/stopped-items.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { openPlanView, type PlanView } from '../views/plan-view.ts';
import { asTarget } from '../views/target.ts';
import { type Chosen, chooseSyncing } from './choose-folder.ts';
import { compareWithRemote } from './file-commands.ts';
import { runCycle } from './sync-commands.ts';

/** One for each window, made with its first preview. */
const views = new WeakMap<Ui, PlanView>();
/** Those whose plan is being carried out. */
const applying = new WeakSet<Folder>();

/** Shows the plan that a sync would carry out now, to choose from; where it would be stopped, why and the ways out. */
export async function preview(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, t('Preview which folder?'));
  if (chosen === null) return;
  const found = await withSlowProgress(
    { clock: ui.host.clock, folder: chosen.folder },
    t('Looking at {0}', chosen.folder.workspace.name),
    ({ signal }) => chosen.running.coordinator.preview({ signal }),
  );
  const record = recordOf(ui, found);
  if (found.vetoes.length > 0) return askWayOut(ui, chosen, found, record);
  if (record === null || record.steps.length + record.conflicts.length + record.held.length === 0) {
    await views.get(ui)?.close();
    return ui.notices.info(t('In step: there is nothing to transfer.'));
  }
  await viewOf(ui).show(chosen, record);
}

function recordOf(ui: Ui, { plan, held, basis }: Preview): PlanRecord | null {
  return basis && recordPlan(plan, held, basis, new Date(ui.host.clock.now()).toISOString());
}

function viewOf(ui: Ui): PlanView {
  const known = views.get(ui);
  if (known !== undefined) return known;
  const view = openPlanView();
  views.set(ui, view);
  ui.folders.onChange(() => {
    const folder = view.chosen()?.folder;
    if (folder !== undefined && ui.folders.byId(folder.id) !== folder) void view.close();
    else view.follow();
  });
  return view;
}

/** Carries out the steps of the plan on show that are checked, and no others; or says what has moved, and does nothing. */
export async function applyPreview(ui: Ui): Promise<void> {
  const view = views.get(ui);
  const approved = view?.approved() ?? null;
  if (view === undefined || approved === null)
    return ui.notices.info(t('There is no plan on show: preview a sync first.'));
  if (approved.plan.steps.length === 0) return ui.notices.info(t('Nothing is chosen.'));
  const { folder } = approved.chosen;
  if (applying.has(folder)) return ui.notices.info(t('A plan is being applied already.'));
  applying.add(folder);
  try {
    const isDone = await apply(ui, approved.chosen, { approved: approved.plan });
    // Another plan may be on show by now.
    if (isDone && view.approved()?.plan.basis === approved.plan.basis) await view.close();
  } finally {
    applying.delete(folder);
  }
}

/** False where nothing could be done with it, and the person was told. */
async function apply(ui: Ui, chosen: Chosen, options: SyncOptions): Promise<boolean> {
  const { folder, running } = chosen;
  const isAnew = () => folder.running() !== running;
  const refuse = (text: string): false => {
    ui.notices.warn(text, {
      label: t('Preview Again'),
      run: () => preview(ui, asTarget({ folder })),
    });
    return false;
  };
  const anew = t('The connection of “{0}” has changed since it was previewed.', folder.workspace.name);
  if (isAnew()) return refuse(`${anew} ${t('Nothing was changed.')}`);
  try {
    await runCycle(ui, chosen, t('Syncing'), options);
    return true;
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    if (error.kind !== 'cancelled' && isAnew()) return refuse(anew);
    if (error.kind === 'moved') return refuse(`${said(error.message)}. ${t('Nothing was changed.')}`);
    // What was decided did not do: the message that asked for a decision says so no more.
    if (error.kind === 'veto') return refuse(t('Still stopped for safety: {0}.', said(error.message)));
    throw error;
  }
}

export function showMoreSteps(ui: Ui, row: unknown): void {
  views.get(ui)?.showMore(row);
}

export async function closePreview(ui: Ui): Promise<void> {
  await views.get(ui)?.close();
}

async function askWayOut(ui: Ui, chosen: Chosen, found: Preview, record: PlanRecord | null): Promise<void> {
  const title = t('Preview: {0}', chosen.folder.workspace.name);
  const items = stoppedItems(found).map((item) => ({
    ...item,
    ...(item.does.kind === 'heading' ? { kind: vscode.QuickPickItemKind.Separator } : {}),
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t('What a sync would do now'),
    matchOnDescription: true,
  });
  if (picked?.does.kind === 'show-all') await ui.reports.show(title, stoppedLines(found));
  else if (picked !== undefined) await takeWayOut(ui, chosen, picked.does, record);
}

async function takeWayOut(ui: Ui, chosen: Chosen, does: StoppedItem['does'], record: PlanRecord | null): Promise<void> {
  switch (does.kind) {
    case 'allow-mass-delete':
      if (
        record !== null &&
        (await isSure(
          t('Delete these files?'),
          t('Now {0}. Older commits of the remote keep their contents for a while.', does.shown),
          t('Delete and Sync'),
        ))
      )
        // What was shown and nothing else: more may be gone since.
        await apply(ui, chosen, {
          approved: { basis: { ...record.basis, allowMassDelete: true }, steps: record.steps },
        });
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
        await apply(ui, chosen, { acceptRemote: does.generation });
      return;
    case 'show':
      return compareWithRemote(ui, asTarget({ folder: chosen.folder, path: does.path }));
    case 'show-all':
    case 'heading':
    case 'nothing':
      return;
  }
}

const isSure = async (question: string, detail: string, yes: string): Promise<boolean> =>
  (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
