import type { Workbench } from '../support/vscode-server/workbench.ts';

/** Answers the first question of a workspace with yes. */
export async function connect(window: Workbench): Promise<void> {
  await window.notifications.press(/^Connect /, 'Review…');
  await window.dialogs.press('Connect');
}
