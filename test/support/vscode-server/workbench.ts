import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { Dialogs } from './dialogs.ts';
import { SOON_MS } from './expect-soon.ts';
import { Notifications } from './notifications.ts';
import { QuickInput } from './quick-input.ts';
import { activationMs } from './running-extensions.ts';
import { StatusBar, type StatusBarItem } from './status-bar.ts';
import { TreeViews } from './tree-views.ts';

/** What a person can do and see in one window. Every method waits up to its timeout for what it names, then throws saying what was there. */
export class Workbench {
  readonly page: Page;
  /** Errors of the page's console, and uncaught exceptions, since it was opened. */
  readonly consoleErrors: readonly string[];
  readonly dialogs: Dialogs;
  readonly notifications: Notifications;
  readonly quickInput: QuickInput;
  readonly statusBar: StatusBar;
  readonly trees: TreeViews;

  constructor(page: Page, consoleErrors: readonly string[]) {
    this.page = page;
    this.consoleErrors = consoleErrors;
    this.dialogs = new Dialogs(page);
    this.notifications = new Notifications(page);
    this.quickInput = new QuickInput(page);
    this.statusBar = new StatusBar(page);
    this.trees = new TreeViews(page);
  }

  /** Until the window is drawn. An extension's own items come when it activates: wait for those by name. */
  async waitReady(timeoutMs = 60_000): Promise<void> {
    try {
      await this.page
        .locator('.monaco-workbench .part.statusbar .statusbar-item')
        .first()
        .waitFor({ timeout: timeoutMs });
    } catch (error) {
      throw new Error(`the workbench did not appear: ${this.consoleErrors.join('\n')}`, { cause: error });
    }
  }

  statusBarItem(match: string | RegExp, timeoutMs?: number): Promise<StatusBarItem> {
    return this.statusBar.item(match, timeoutMs);
  }

  /** Runs a command by its full label in the palette, such as `Datastore: Sync Now`; throws when it is not listed. */
  async runCommand(label: string): Promise<void> {
    await this.quickInput.open('F1');
    await this.quickInput.type(label);
    await this.quickInput.choose(label);
  }

  /** Shows a view, whichever container it is in, by its name as it stands in its header. */
  async openView(name: string): Promise<void> {
    const choose = async (timeoutMs: number) => {
      await this.quickInput.open('F1');
      await this.quickInput.type(`Focus on ${name} View`);
      await this.quickInput.choose(new RegExp(`: Focus on ${literal(name)} View$`), timeoutMs);
    };
    // A list that was opened before the extension's views were known never has them.
    await choose(5_000).catch(async () => {
      await this.page.keyboard.press('Escape');
      await choose(SOON_MS);
    });
    await this.trees.waitFor(name);
  }

  /** Opens a file of the folder in an editor by its name or relative path. */
  async openFile(path: string): Promise<void> {
    await this.quickInput.open('Control+p');
    await this.quickInput.type(path);
    await this.quickInput.choose(path.split('/').at(-1) ?? path);
    await this.page.locator('.editor-instance .view-lines').first().waitFor();
  }

  /** Types at the end of the active editor. */
  async typeInEditor(text: string): Promise<void> {
    await this.page.locator('.editor-group-container.active .view-lines').click();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
  }

  /** What the active editor shows, line by line; lines out of sight are not in it. */
  async editorText(): Promise<string> {
    const text = await this.page.locator('.editor-group-container.active .view-lines').innerText();
    return text.replaceAll('\u00a0', ' ');
  }

  /** Changes the colours as the operating system does, which the workbench follows. */
  async setTheme(theme: Theme): Promise<void> {
    const { media, css } = THEMES[theme];
    await this.page.emulateMedia(media);
    await this.page.locator(`.monaco-workbench.${css}`).waitFor();
  }

  /** Milliseconds of activation as VS Code reports them, by the extension's display name. */
  async activationMs(displayName: string): Promise<number> {
    await this.runCommand('Developer: Show Running Extensions');
    try {
      return await activationMs(this.page, displayName);
    } finally {
      await this.page.keyboard.press('Escape'); // that editor is modal and takes all keys
    }
  }

  /** Writes test-results/screenshots/NAME.png and returns its absolute path. */
  async screenshot(name: string): Promise<string> {
    const path = join(SCREENSHOTS, `${name}.png`);
    await mkdir(dirname(path), { recursive: true });
    await this.page.screenshot({ path, animations: 'disabled', caret: 'hide' });
    return path;
  }

  /** Closes what lies open: dialogs, boxes, editors, notifications. */
  async tidy(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Escape');
    for (const command of ['View: Close All Editors', 'Notifications: Clear All Notifications'])
      await this.runCommand(command);
  }

  /** Closes the window as a person would: the extension host is told, and extensions are deactivated. */
  async close(): Promise<void> {
    await this.page.goto('about:blank');
    await this.page.close();
  }
}

export type Theme = 'light' | 'dark' | 'high-contrast';

const THEMES = {
  light: { media: { colorScheme: 'light', forcedColors: 'none' }, css: 'vs' },
  dark: { media: { colorScheme: 'dark', forcedColors: 'none' }, css: 'vs-dark' },
  'high-contrast': { media: { colorScheme: 'dark', forcedColors: 'active' }, css: 'hc-black' },
} as const;

const SCREENSHOTS = fileURLToPath(new URL('../../../test-results/screenshots', import.meta.url));

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
