import * as vscode from 'vscode';
import type { Row } from '../render/row.ts';

/** A row as VS Code draws it. `scope` keeps ids of several folders apart. */
export function rowItem(scope: string, row: Row, open: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, open);
  item.id = `${scope}|${row.id}`;
  item.description = row.description;
  item.tooltip = row.tooltip;
  item.contextValue = row.context;
  item.iconPath = new vscode.ThemeIcon(
    row.icon,
    row.colour === undefined ? undefined : new vscode.ThemeColor(row.colour),
  );
  item.accessibilityInformation = { label: row.spoken ?? [row.label, row.description].filter(Boolean).join(', ') };
  return item;
}

export const closedIf = (hasChildren: boolean): vscode.TreeItemCollapsibleState =>
  hasChildren ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None;
