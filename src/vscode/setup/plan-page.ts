import * as vscode from 'vscode';
import { t } from '../l10n.ts';
import { open, type Page } from './ask.ts';
import type { PlanRow } from './plan-rows.ts';
import type { Answer } from './walk.ts';

/** The last page: what will happen, or what stands in the way. `load` never rejects. */
export function askPlan(
  page: Page,
  shown: readonly PlanRow[] | null,
  load: (signal: AbortSignal) => Promise<readonly PlanRow[]>,
): Promise<Answer<PlanRow['does']>> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & PlanRow>();
  const stop = new AbortController();
  const draw = (rows: readonly PlanRow[]): void => {
    pick.placeholder = t('Nothing happens before you choose to go');
    pick.items = rows.map((row) => ({
      ...row,
      ...(row.does.kind === 'heading' ? { kind: vscode.QuickPickItemKind.Separator } : {}),
    }));
    const [first] = pick.items.filter(({ does }) => does.kind !== 'nothing' && does.kind !== 'heading');
    pick.activeItems = first === undefined ? [] : [first];
  };
  const look = (): void => {
    pick.busy = true;
    pick.items = [];
    pick.placeholder = t('Looking at both sides; nothing is changed…');
    void load(stop.signal).then((rows) => {
      if (stop.signal.aborted) return;
      pick.busy = false;
      draw(rows);
    });
  };
  if (shown === null) look();
  else draw(shown);
  return open(pick, page, (answer) => [
    { dispose: () => stop.abort() },
    pick.onDidAccept(() => {
      const does = pick.activeItems[0]?.does;
      if (does === undefined || does.kind === 'nothing' || does.kind === 'heading') return;
      if (does.kind === 'again') look();
      else answer(does);
    }),
  ]);
}
