import type { Page } from 'playwright-core';
import { expectSoon, matches, SOON_MS } from './expect-soon.ts';

export type Notification = {
  readonly message: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly buttons: readonly string[];
};

/**
 * Messages at the lower right: those on the screen now, whether as toasts or in the opened notification centre.
 * A window of a server started with `driver` draws no toasts (VS Code's own rule), so open the centre there.
 */
export class Notifications {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async openCentre(): Promise<void> {
    await this.#page.locator('[id="status.notifications"] .statusbar-item-label').click();
    await this.#page.locator('.notifications-center.visible').waitFor();
  }

  async list(): Promise<Notification[]> {
    return this.#page.locator(ITEMS).evaluateAll((items) => {
      const severities = ['warning', 'error', 'info'] as const;
      return items.map((item) => ({
        message: (item.querySelector('.notification-list-item-message')?.textContent ?? '').trim(),
        severity:
          severities.find((name) => item.querySelector(`.notification-list-item-icon.codicon-${name}`) !== null) ??
          ('info' as const),
        buttons: [...item.querySelectorAll('.notification-list-item-buttons-container .monaco-button')].map((button) =>
          (button.textContent ?? '').trim(),
        ),
      }));
    });
  }

  async waitFor(message: string | RegExp, timeoutMs = SOON_MS): Promise<Notification> {
    const fits = (one: Notification): boolean => matches(one.message, message);
    return expectSoon(
      `notification ${String(message)}`,
      () => this.list(),
      (all) => all.find(fits),
      timeoutMs,
    );
  }

  /** Until none fits any more. */
  async waitForNone(message: string | RegExp, timeoutMs = SOON_MS): Promise<void> {
    await expectSoon(
      `no notification ${String(message)}`,
      () => this.list(),
      (all) => (all.some((one) => matches(one.message, message)) ? undefined : true),
      timeoutMs,
    );
  }

  /** Presses a button of a toast until the toast is gone: one drawn anew between the mouse's down and up loses the click. */
  async press(message: string | RegExp, button: string): Promise<void> {
    await this.waitFor(message);
    const text = this.#page.locator('.notification-list-item-message', { hasText: message });
    const toast = await this.#page
      .locator('.notification-toast-container')
      .filter({ has: text })
      .first()
      .elementHandle();
    if (toast === null) throw new TypeError('a locator waits for its element');
    await expectSoon(
      `${button} pressed`,
      async () => {
        const found = await toast.$(`.monaco-button:text-is(${JSON.stringify(button)})`);
        await found?.click({ timeout: 1000 }).catch(() => {});
        const gone = toast.waitForElementState('hidden', { timeout: 1000 });
        return gone.then(
          () => null,
          () => toast.textContent(),
        );
      },
      (left) => (left === null ? true : undefined),
      SOON_MS,
    );
  }
}

const ITEMS = '.notifications-toasts .notification-list-item, .notifications-center.visible .notification-list-item';
