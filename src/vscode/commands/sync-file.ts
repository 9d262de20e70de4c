import * as vscode from 'vscode';
import { planPart } from '../../core/plan/plan-part.ts';
import { plannedSteps } from '../../core/plan/plan-record.ts';
import { said, t } from '../l10n.ts';
import { reportText } from '../render/report-text.ts';
import { whyText } from '../render/why-text.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { fileOf, listed, type NamedFile } from './file-commands.ts';

/** Sends this file, or all below this folder, and nothing else. */
export const pushFile = (ui: Ui, argument: unknown): Promise<void> => syncFile(ui, argument, 'up');

/** Brings this file, or all below this folder, and nothing else. */
export const pullFile = (ui: Ui, argument: unknown): Promise<void> => syncFile(ui, argument, 'down');

async function syncFile(ui: Ui, argument: unknown, way: 'up' | 'down'): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const { folder, path } = named;
  const coordinator = folder.running()?.coordinator;
  if (coordinator === undefined) return ui.notices.info(t('This folder is not connected.'));
  const title = way === 'up' ? t('Pushing {0}', path) : t('Pulling {0}', path);
  const report = await withSlowProgress(ui.host.clock, title, async (task) => {
    const { plan, basis } = await coordinator.preview({ signal: task.signal });
    if (basis === null) return null;
    const part = planPart({ basis, steps: plannedSteps(plan) }, path, way);
    if (part.steps.length === 0) return null;
    return coordinator.sync({ ...task, approved: part, purpose: way === 'up' ? 'push' : 'pull' });
  });
  if (report === null) return ui.notices.info(await whyNothing(ui, named, way));
  const problem = report.problems.find((one) => one.path === path);
  if (problem === undefined) vscode.window.setStatusBarMessage(`$(check) ${reportText(report)}`, 4_000);
  else ui.notices.warn(t('{0} could not be synced: {1}', path, said(problem.reason)));
}

async function whyNothing(ui: Ui, named: NamedFile, way: 'up' | 'down'): Promise<string> {
  const nothing =
    way === 'up' ? t('Nothing of {0} is to be pushed.', named.path) : t('Nothing of {0} is to be pulled.', named.path);
  const state = named.folder.state();
  const file = await listed(ui, named);
  return state.kind === 'active' && file !== null
    ? `${nothing} ${whyText(named.path, file.mark, state.status)}`
    : nothing;
}
