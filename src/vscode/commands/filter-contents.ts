import * as vscode from 'vscode';
import { t } from '../l10n.ts';
import { type StateFilter, stateFilters } from '../render/contents-filter.ts';
import type { Ui } from '../ui.ts';
import { showMoreSteps } from './preview.ts';

interface StateItem extends vscode.QuickPickItem {
  readonly state: StateFilter;
}

/** Asks for a part of a name and for states, in one box. An empty answer shows everything. */
export async function filterContents(ui: Ui): Promise<void> {
  const before = ui.contents.filter();
  const box = vscode.window.createQuickPick<StateItem>();
  box.title = t('Filter Contents');
  box.placeholder = t('Part of a name or path; tick states to see only these');
  box.canSelectMany = true;
  box.value = before?.name ?? '';
  // What is typed is a part of a file's name, and none of these.
  box.items = stateFilters().map(({ state, label, icon }) => ({
    state,
    label: `$(${icon}) ${label}`,
    alwaysShow: true,
  }));
  box.selectedItems = box.items.filter(({ state }) => before?.states.includes(state));
  const answered = await new Promise<boolean>((resolve) => {
    box.onDidAccept(() => resolve(true));
    box.onDidHide(() => resolve(false));
    box.show();
  });
  const [name, states] = [box.value.trim(), box.selectedItems.map(({ state }) => state)];
  box.dispose();
  if (answered) ui.contents.setFilter(name === '' && states.length === 0 ? null : { name, states });
}

export async function clearFilter(ui: Ui): Promise<void> {
  ui.contents.setFilter(null);
}

/** Of a folder, or of a group of a plan, that shows a part of what it has. */
export async function showMore(ui: Ui, argument: unknown): Promise<void> {
  ui.contents.showMore(argument);
  showMoreSteps(ui, argument);
}
