import { syncingFolders } from '../folders.ts';
import { t } from '../l10n.ts';
import type { Ui } from '../ui.ts';
import { targetOf } from '../views/target.ts';
import { explainState } from './explain-state.ts';

/** All folders, or the one of the row. */
export async function pause(ui: Ui, argument: unknown): Promise<void> {
  const folders = concerned(ui, argument).filter(({ running }) => !running.coordinator.status().paused);
  if (folders.length === 0) return nothingTo(ui, argument, t('Automatic sync is paused already.'));
  for (const { folder } of folders) folder.pause();
}

export async function resume(ui: Ui, argument: unknown): Promise<void> {
  const folders = concerned(ui, argument).filter(({ running }) => running.coordinator.status().paused);
  if (folders.length === 0) return nothingTo(ui, argument, t('Automatic sync is not paused.'));
  for (const { folder } of folders) folder.resume();
}

function concerned(ui: Ui, argument: unknown) {
  const target = targetOf(argument);
  return syncingFolders(ui.folders).filter(({ folder }) => target === null || folder === target.folder);
}

function nothingTo(ui: Ui, argument: unknown, text: string): void {
  const target = targetOf(argument);
  const asked = target === null ? ui.folders.all() : [target.folder];
  // Of one between two engines nobody knows which holds.
  const between = asked.filter((folder) => folder.state().kind === 'active' && folder.running() === null);
  if (between.length > 0 || concerned(ui, argument).length === 0) explainState(ui, asked);
  else ui.notices.info(text);
}
