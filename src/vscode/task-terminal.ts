import * as vscode from 'vscode';
import { EXIT_CODES, SyncError } from '../core/errors.ts';
import type { SyncReport } from '../core/status/sync-report.ts';
import type { Folder } from './folder.ts';
import { said, t } from './l10n.ts';
import { reportText } from './render/report-text.ts';
import type { TaskCommand } from './tasks.ts';

/** One cycle as a task: lines for people, and the exit code of the command line. Closing its terminal stops it. */
export function openTaskTerminal(folder: Folder, command: TaskCommand): vscode.Pseudoterminal {
  const lines = new vscode.EventEmitter<string>();
  const ended = new vscode.EventEmitter<number>();
  const stop = new AbortController();
  const print = (text: string) => lines.fire(`${text.replaceAll(/\p{Cc}/gu, ' ')}\r\n`);

  async function run(): Promise<number> {
    const running = folder.running();
    if (running === null) {
      print(
        t(
          '“{0}” is not connected to a datastore: set it up, or answer the question about its connection.',
          folder.workspace.name,
        ),
      );
      return EXIT_CODES['not-set-up'];
    }
    const options = command === 'sync' ? {} : { direction: command, purpose: command };
    try {
      const report = await running.coordinator.sync({ ...options, signal: stop.signal });
      print(reportText(report));
      for (const { path } of report.conflicts) print(t('Conflict: {0}', path));
      for (const { path, reason } of report.problems) print(t('Left alone: {0}: {1}', path, said(reason)));
      return exitOf(report);
    } catch (error) {
      const known = error instanceof SyncError ? error : new SyncError('failed', String(error), '');
      print(said(known.message));
      if (known.remedy !== '') print(said(known.remedy));
      return EXIT_CODES[known.kind];
    }
  }

  return {
    onDidWrite: lines.event,
    onDidClose: ended.event,
    open: () => void run().then((code) => ended.fire(code)),
    close: () => stop.abort(new SyncError('cancelled', t('Stopped.'), t('Sync again when you like.'))),
  };
}

/** As of the command line: problems before conflicts. */
const exitOf = ({ problems, conflicts }: SyncReport): number =>
  problems.length > 0 ? 1 : conflicts.length > 0 ? 3 : 0;
