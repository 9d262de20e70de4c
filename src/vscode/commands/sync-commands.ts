import * as vscode from 'vscode';
import type { SyncReport } from '../../core/status/sync-report.ts';
import type { SyncOptions } from '../../engine/datastore.ts';
import { counted, t } from '../l10n.ts';
import { tellConflicts } from '../news.ts';
import { reportText } from '../render/report-text.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { type Chosen, chooseSyncing } from './choose-folder.ts';

/** Resolves when the cycle is over. */
export async function sync(ui: Ui, argument: unknown): Promise<void> {
  await cycle(ui, argument, t('Syncing'), {});
}

export async function pull(ui: Ui, argument: unknown): Promise<void> {
  await cycle(ui, argument, t('Pulling'), { direction: 'pull', purpose: 'pull' });
}

export async function push(ui: Ui, argument: unknown): Promise<void> {
  await cycle(ui, argument, t('Pushing'), { direction: 'push', purpose: 'push' });
}

async function cycle(ui: Ui, argument: unknown, title: string, options: SyncOptions): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, t('{0}: which folder?', title));
  if (chosen !== null) await runCycle(ui, chosen, title, options);
}

/** One cycle that the person started, and what it came to in words. */
export async function runCycle(
  ui: Ui,
  { folder, running }: Chosen,
  title: string,
  options: SyncOptions,
): Promise<SyncReport> {
  const report = await withSlowProgress({ clock: ui.host.clock, folder }, `${title} ${folder.workspace.name}`, (task) =>
    running.coordinator.sync({ ...options, ...task }),
  );
  const { conflicts, problems } = report;
  if (conflicts.length > 0) {
    // The message can be silenced, or be there already; what was asked for has an answer all the same.
    const left = counted(conflicts.length, '{0} conflict', '{0} conflicts');
    vscode.window.setStatusBarMessage(`$(warning) ${reportText(report)}, ${left}`, 4_000);
    tellConflicts(ui.notices, folder, conflicts.length);
  } else if (problems.length > 0) {
    ui.notices.warn(t('{0} could not be synced.', counted(problems.length, '{0} file', '{0} files')), {
      label: t('Show Status'),
      run: 'datastore.showStatus',
    });
  } else {
    vscode.window.setStatusBarMessage(`$(check) ${reportText(report)}`, 4_000);
  }
  return report;
}
