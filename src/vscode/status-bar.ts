import * as vscode from 'vscode';
import type { Clock } from '../engine/ports.ts';
import type { Folders } from './folders.ts';
import { renderBar } from './render/bar.ts';
import { TOOLTIP_COMMANDS } from './render/bar-tooltip.ts';

/** Ages in the tooltip are written again after this. */
const AGE_MS = 15_000;

/** One item for all folders. */
export function openStatusBar(folders: Folders, clock: Clock): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('datastore', vscode.StatusBarAlignment.Left, 40);
  item.name = 'Datastore';
  item.command = 'datastore.statusBar';
  let cancel = () => {};

  function draw(): void {
    const bar = renderBar(folders.named(), clock.now());
    if (bar === null) return item.hide();
    item.text = bar.text;
    item.accessibilityInformation = { label: bar.label, role: 'button' };
    item.backgroundColor =
      bar.background === 'none' ? undefined : new vscode.ThemeColor(`statusBarItem.${bar.background}Background`);
    const tooltip = new vscode.MarkdownString(bar.tooltip);
    tooltip.isTrusted = { enabledCommands: [...TOOLTIP_COMMANDS] };
    item.tooltip = tooltip;
    item.show();
  }

  const age = () => {
    cancel();
    cancel = clock.after(AGE_MS, () => {
      draw();
      age();
    });
  };
  age();
  return vscode.Disposable.from(item, folders.onChange(draw), { dispose: () => cancel() });
}
