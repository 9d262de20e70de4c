import * as vscode from 'vscode';
import { t } from '../l10n.ts';
import type { Mark } from '../render/contents-index.ts';
import { whyText } from '../render/why-text.ts';
import type { Ui } from '../ui.ts';
import { fileOf, listed } from './file-commands.ts';

/** Why a file is not in step, with what can be done about it. */
export async function explainFile(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const state = named.folder.state();
  if (state.kind !== 'active') return ui.notices.info(t('This folder is not connected.'));
  const mark = (await listed(ui, named))?.mark ?? 'excluded';
  const text = `${named.path} — ${whyText(named.path, mark, state.status)}`;
  ui.notices.info(
    text,
    ...waysOut(mark).map(({ label, command }) => ({
      label,
      run: () => vscode.commands.executeCommand(command, argument),
    })),
  );
}

interface WayOut {
  readonly label: string;
  readonly command: string;
}

function waysOut(mark: Mark): readonly WayOut[] {
  switch (mark) {
    case 'conflict':
      return [{ label: t('Compare'), command: 'datastore.compareConflict' }];
    case 'excluded':
    case 'held':
      return [{ label: t('Open Configuration'), command: 'datastore.openConfiguration' }];
    case 'in-step':
      return [];
    default:
      return [{ label: t('Compare with Remote'), command: 'datastore.compareWithRemote' }];
  }
}
