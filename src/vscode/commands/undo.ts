import * as vscode from 'vscode';
import { bytesText } from '../../core/quantities.ts';
import type { UndoneFile, UndoPoint, UndoReport } from '../../core/status/undo-report.ts';
import { busyPathsBelow } from '../busy-paths.ts';
import { counted, t } from '../l10n.ts';
import { ago } from '../render/ago.ts';
import { leftText } from '../render/left-text.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { type Chosen, chooseSyncing, stillRuns } from './choose-folder.ts';

/** Files that a question names; the list before it has all. */
const NAMED = 12;

/** Lists what a sync replaced or deleted here, and brings it back after a yes. */
export async function undo(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseSyncing(ui, argument, t('Undo in which folder?'));
  if (chosen === null) return;
  const point = await choosePoint(ui, await chosen.running.datastore.undoPoints());
  if (point === null || !stillRuns(ui, chosen)) return;
  const { folder, running } = chosen;
  const looking = t('Looking at {0}', folder.workspace.name);
  const found = await withSlowProgress({ clock: ui.host.clock, folder }, looking, ({ signal }) =>
    running.datastore.previewUndo({ id: point.id, busyPaths: busyPathsBelow(running.root), signal }),
  );
  if (found.files.length === 0) return ui.notices.info(nothingWords(found));
  const files = await chooseFiles(ui, found);
  if (files.length === 0 || !(await isSure(files)) || !stillRuns(ui, chosen)) return;
  const { id } = found;
  // Always by name: what has become free to come back since was on no list.
  const paths = files.map(({ path }) => path);
  const title = t('Bringing back files of {0}', folder.workspace.name);
  const report = await withSlowProgress({ clock: ui.host.clock, folder }, title, ({ signal }) =>
    running.coordinator.undo({ id, paths, signal }),
  );
  tell(ui, chosen, report);
}

/** The only one, or the one that is picked; the latest sync is the first. */
async function choosePoint(ui: Ui, points: readonly UndoPoint[]): Promise<UndoPoint | null> {
  const [only, second] = points;
  if (only === undefined) {
    ui.notices.info(t('No sync has replaced or deleted a file here in the last two weeks.'));
    return null;
  }
  if (second === undefined) return only;
  const now = ui.host.clock.now();
  const latest = points.find(({ undoes }) => undoes === null);
  const items = points
    .toSorted((one, other) => Number(other === latest) - Number(one === latest))
    .map((point) => ({
      label: point.undoes === null ? t('Sync of {0}', ago(point.at, now)) : t('Undo of {0}', ago(point.at, now)),
      description: sumText(point.files, point.bytes),
      point,
    }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: t('What is to be taken back?') });
  return picked?.point ?? null;
}

async function chooseFiles(ui: Ui, { files, left, at, undoes }: UndoReport): Promise<readonly UndoneFile[]> {
  const when = ago(at, ui.host.clock.now());
  const items: (vscode.QuickPickItem & { readonly file?: UndoneFile })[] = files.map((file) => ({
    label: file.path,
    description: fileText(file),
    picked: true,
    file,
  }));
  if (left.length > 0)
    items.push({
      label: leftText(left),
      kind: vscode.QuickPickItemKind.Separator,
    });
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    matchOnDescription: true,
    title: undoes === null ? t('Undo the sync of {0}', when) : t('Take back the undo of {0}', when),
    placeHolder: t('Files to have back as they were'),
  });
  return (picked ?? []).flatMap(({ file }) => file ?? []);
}

async function isSure(files: readonly UndoneFile[]): Promise<boolean> {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const yes = t('Bring Back');
  const more = files.length - NAMED;
  const detail = [
    ...files.slice(0, NAMED).map((file) => `${file.path} · ${fileText(file)}`),
    ...(more > 0 ? [t('… and {0} more', more)] : []),
    '',
    t('What is there now is kept for two weeks, too. The next sync sends what comes back to everybody.'),
  ].join('\n');
  const question = t('Bring back {0}?', sumText(files.length, bytes));
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}

function tell(ui: Ui, { folder }: Chosen, { files, left, bytes }: UndoReport): void {
  const done = t('{0} back in {1}.', sumText(files.length, bytes), folder.workspace.name);
  if (left.length === 0) return ui.notices.info(done);
  ui.notices.warn(`${done} ${leftText(left)}`);
}

function nothingWords({ left, back }: UndoReport): string {
  if (left.length === 0 && back > 0) return t('All of it is back already.');
  return leftText(left);
}

const sumText = (files: number, bytes: number): string =>
  `${counted(files, '{0} file', '{0} files')} (${bytesText(bytes)})`;

function fileText({ what, size }: UndoneFile): string {
  switch (what) {
    case 'brought-back':
      return t('{0}, was deleted', bytesText(size));
    case 'replaced':
      return t('{0}, was replaced', bytesText(size));
    case 'taken-away':
      return t('goes again: an undo had brought it back');
  }
}
