import * as vscode from 'vscode';
import { countText } from '../../core/quantities.ts';
import type { VerifyReport } from '../../core/verify/verify-report.ts';
import { outlook, verifyWords } from '../../core/verify/verify-words.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { type Chosen, chooseSyncing } from './choose-folder.ts';

const MOST = 500;

/** Reads every byte on both sides and shows what is damaged; offers to repair what a good side has. */
export async function verify(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, 'Verify which folder?');
  if (chosen !== null) await verifyFolder(ui, chosen, false);
}

async function verifyFolder(ui: Ui, chosen: Chosen, repair: boolean): Promise<void> {
  const { folder, running } = chosen;
  const { name } = folder.workspace;
  const title = `${repair ? 'Repairing' : 'Verifying'} ${name}`;
  const purpose = repair ? 'verify --repair' : 'verify';
  const report = await withSlowProgress(ui.host.clock, title, (task) =>
    running.coordinator.verify({ repair, purpose, ...task }),
  );
  await ui.reports.show(`Verification of ${name}`, reportLines(name, report));
  tell(ui, chosen, report, repair);
}

function tell(ui: Ui, chosen: Chosen, report: VerifyReport, repair: boolean): void {
  const { name } = chosen.folder.workspace;
  const what = outlook(report);
  if (what === null) {
    const done = report.repaired.length === 0 ? '' : ` ${countText(report.repaired.length, 'path')} repaired.`;
    ui.notices.info(`${name}: every byte on both sides is right.${done}`);
    return;
  }
  const damaged = `${name}: ${countText(report.drift.length, 'path')} damaged or unreadable.`;
  if (repair || what === 'none') {
    ui.notices.warn(`${damaged} See the report for who may have the right bytes.`);
    return;
  }
  ui.notices.warn(damaged, { label: 'Repair…', run: () => askToRepair(ui, chosen) });
}

async function askToRepair(ui: Ui, chosen: Chosen): Promise<void> {
  const yes = 'Repair';
  const detail =
    'Damaged contents of the remote are sent again, under a new commit; nothing there is overwritten. Files that rotted here come anew from the remote, and what stood there stays beside them as conflict copies.';
  const answer = await vscode.window.showWarningMessage('Repair what a good side has?', { modal: true, detail }, yes);
  if (answer !== yes) return;
  try {
    await verifyFolder(ui, chosen, true);
  } catch (error) {
    ui.notices.failed(error);
  }
}

const reportLines = (name: string, report: VerifyReport): readonly string[] => [
  `Verification of ${name}`,
  '',
  ...verifyWords(report, MOST).map(({ text }) => text),
];
