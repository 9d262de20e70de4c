import type { Theme, Workbench } from '../support/vscode-server/workbench.ts';

/** Pictures of what is on show, as `NAME-light` and `NAME-dark`; the window stays as it is, and light. */
export async function picture(
  window: Workbench,
  name: string,
  themes: readonly Theme[] = ['light', 'dark'],
): Promise<void> {
  for (const theme of themes) {
    await window.setTheme(theme);
    await window.screenshot(`${name}-${theme}`);
  }
  await window.setTheme('light');
}

/** The mouse goes where it points at nothing: what it is over looks otherwise. */
export const restMouse = (window: Workbench): Promise<void> => window.page.mouse.move(640, 560);
