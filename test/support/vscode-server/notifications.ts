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

  async press(message: string | RegExp, button: string): Promise<void> {
    const found = await this.waitFor(message);
    const item = this.#page.locator(ITEMS).filter({ hasText: found.message }).first();
    await item.locator('.monaco-button', { hasText: button }).first().click();
  }
}

const ITEMS = '.notifications-toasts .notification-list-item, .notifications-center.visible .notification-list-item';
