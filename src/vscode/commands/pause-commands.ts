import { syncingFolders } from '../folders.ts';
import { t } from '../l10n.ts';
import type { Ui } from '../ui.ts';
import { targetOf } from '../views/target.ts';
import { explainState } from './explain-state.ts';

/** All folders, or the one of the row. */
export async function pause(ui: Ui, argument: unknown): Promise<void> {
  const folders = concerned(ui, argument).filter(({ running }) => !running.coordinator.status().paused);
  if (folders.length === 0) return nothingTo(ui, t('Automatic sync is paused already.'));
  for (const { folder } of folders) folder.pause();
}

export async function resume(ui: Ui, argument: unknown): Promise<void> {
  const folders = concerned(ui, argument).filter(({ running }) => running.coordinator.status().paused);
  if (folders.length === 0) return nothingTo(ui, t('Automatic sync is not paused.'));
  for (const { folder } of folders) folder.resume();
}

function concerned(ui: Ui, argument: unknown) {
  const target = targetOf(argument);
  return syncingFolders(ui.folders).filter(({ folder }) => target === null || folder === target.folder);
}

function nothingTo(ui: Ui, text: string): void {
  if (syncingFolders(ui.folders).length === 0) explainState(ui, ui.folders.all());
  else ui.notices.info(text);
}
