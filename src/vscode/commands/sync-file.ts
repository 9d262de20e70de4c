import * as vscode from 'vscode';
import { planPart } from '../../core/plan/plan-part.ts';
import { plannedSteps } from '../../core/plan/plan-record.ts';
import { counted, said, t } from '../l10n.ts';
import { reportText } from '../render/report-text.ts';
import { whyText } from '../render/why-text.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { targetsOf } from '../views/target.ts';
import { explainState } from './explain-state.ts';
import { fileOf, listed, type NamedFile } from './file-commands.ts';

/** Sends these files, and all below these folders, and nothing else. */
export const pushFile = (ui: Ui, argument: unknown, chosen?: unknown): Promise<void> =>
  syncFiles(ui, argument, chosen, 'up');

/** Brings these files, and all below these folders, and nothing else. */
export const pullFile = (ui: Ui, argument: unknown, chosen?: unknown): Promise<void> =>
  syncFiles(ui, argument, chosen, 'down');

async function syncFiles(ui: Ui, argument: unknown, chosen: unknown, way: 'up' | 'down'): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const { folder } = named;
  const coordinator = folder.running()?.coordinator;
  if (coordinator === undefined) return explainState(ui, [folder]);
  // Rows of another folder have another lock, and another row that they can be called on.
  const paths = targetsOf(argument, chosen).flatMap((one) => (one.folder === folder ? (one.path ?? []) : []));
  const what = wordsOf(paths);
  const title = way === 'up' ? t('Pushing {0}', what) : t('Pulling {0}', what);
  const report = await withSlowProgress({ clock: ui.host.clock, folder }, title, async (task) => {
    const { plan, basis } = await coordinator.preview({ signal: task.signal });
    if (basis === null) return null;
    const part = planPart({ basis, steps: plannedSteps(plan) }, paths, way);
    if (part.steps.length === 0) return null;
    return coordinator.sync({ ...task, approved: part, purpose: way === 'up' ? 'push' : 'pull' });
  });
  if (report === null) return ui.notices.info(await whyNothing(ui, named, paths, way));
  const problem = report.problems.find(({ path }) => paths.includes(path));
  if (problem === undefined) vscode.window.setStatusBarMessage(`$(check) ${reportText(report)}`, 4_000);
  else ui.notices.warn(t('{0} could not be synced: {1}', problem.path, said(problem.reason)));
}

/** The only one by its name. */
const wordsOf = (paths: readonly string[]): string =>
  paths.length === 1 ? (paths[0] ?? '') : counted(paths.length, '{0} path', '{0} paths');

async function whyNothing(ui: Ui, named: NamedFile, paths: readonly string[], way: 'up' | 'down'): Promise<string> {
  const what = wordsOf(paths);
  const nothing =
    way === 'up' ? t('Nothing of {0} is to be pushed.', what) : t('Nothing of {0} is to be pulled.', what);
  const state = named.folder.state();
  const file = paths.length === 1 ? await listed(ui, named) : null;
  return state.kind === 'active' && file !== null
    ? `${nothing} ${whyText(named.path, file.mark, state.status)}`
    : nothing;
}
