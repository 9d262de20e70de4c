import type { Page } from 'playwright-core';
import { SOON_MS } from './expect-soon.ts';

export type Dialog = { readonly text: string; readonly detail: string; readonly buttons: readonly string[] };

/** Modal dialogs, the trust question among them. */
export class Dialogs {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Waits for a modal dialog and reads it. */
  async read(timeoutMs = SOON_MS): Promise<Dialog> {
    const box = this.#page.locator('.monaco-dialog-box');
    await box.waitFor({ timeout: timeoutMs });
    const texts = async (selector: string): Promise<string[]> =>
      (await box.locator(selector).allInnerTexts()).map((text) => text.trim());
    return {
      text: (await texts('.dialog-message-text')).join('\n'),
      detail: (await texts('.dialog-message-detail, .dialog-message-body')).filter((text) => text !== '').join('\n'),
      buttons: await texts('.dialog-buttons .monaco-button'),
    };
  }

  /** Presses a button by its whole label, and waits until the dialog is gone. */
  async press(button: string): Promise<void> {
    const { buttons, text } = await this.read();
    const index = buttons.indexOf(button);
    if (index === -1) throw new Error(`no button ${button} in "${text}"; seen: ${JSON.stringify(buttons)}`);
    const box = this.#page.locator('.monaco-dialog-box');
    const handle = await box.elementHandle();
    await box.locator('.dialog-buttons .monaco-button').nth(index).click();
    await handle?.waitForElementState('hidden');
  }

  async isOpen(): Promise<boolean> {
    return (await this.#page.locator('.monaco-dialog-box:visible').count()) > 0;
  }
}
