import * as vscode from 'vscode';
import type { VerifyReport } from '../../core/verify/verify-report.ts';
import { outlook, verifyWords } from '../../core/verify/verify-words.ts';
import { counted, said, t } from '../l10n.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { type Chosen, chooseSyncing, stillRuns } from './choose-folder.ts';

const MOST = 500;

/** Reads every byte on both sides and shows what is damaged; offers to repair what a good side has. */
export async function verify(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, t('Verify which folder?'));
  if (chosen !== null) await verifyFolder(ui, chosen, false);
}

async function verifyFolder(ui: Ui, chosen: Chosen, repair: boolean): Promise<void> {
  const { folder, running } = chosen;
  const { name } = folder.workspace;
  const title = `${repair ? t('Repairing') : t('Verifying')} ${name}`;
  const purpose = repair ? 'verify --repair' : 'verify';
  const report = await withSlowProgress({ clock: ui.host.clock, folder }, title, (task) =>
    running.coordinator.verify({ repair, purpose, ...task }),
  );
  await ui.reports.show(t('Verification of {0}', name), reportLines(name, report));
  tell(ui, chosen, report, repair);
}

function tell(ui: Ui, chosen: Chosen, report: VerifyReport, repair: boolean): void {
  const { name } = chosen.folder.workspace;
  const what = outlook(report);
  if (what === null) {
    const done =
      report.repaired.length === 0 ? '' : t('{0} repaired.', counted(report.repaired.length, '{0} path', '{0} paths'));
    ui.notices.info([t('{0}: every byte on both sides is right.', name), done].filter(Boolean).join(' '));
    return;
  }
  const damaged = t('{0}: {1} damaged or unreadable.', name, counted(report.drift.length, '{0} path', '{0} paths'));
  if (repair || what === 'none') {
    ui.notices.warn(`${damaged} ${t('See the report for who may have the right bytes.')}`);
    return;
  }
  ui.notices.warn(damaged, { label: t('Repair…'), run: () => askToRepair(ui, chosen) });
}

async function askToRepair(ui: Ui, chosen: Chosen): Promise<void> {
  const yes = t('Repair');
  const detail = t(
    'Damaged contents of the remote are sent again, under a new commit; nothing there is overwritten. Files that rotted here come anew from the remote, and what stood there stays beside them as conflict copies.',
  );
  const answer = await vscode.window.showWarningMessage(
    t('Repair what a good side has?'),
    { modal: true, detail },
    yes,
  );
  if (answer === yes && stillRuns(ui, chosen)) await verifyFolder(ui, chosen, true);
}

const reportLines = (name: string, report: VerifyReport): readonly string[] => [
  t('Verification of {0}', name),
  '',
  ...verifyWords(report, MOST).map(({ text }) => said(text)),
];
