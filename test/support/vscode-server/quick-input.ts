import type { Page } from 'playwright-core';
import { expectSoon, matches, SOON_MS } from './expect-soon.ts';

export type QuickItem = {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** Only where many can be picked. */
  readonly checked?: boolean;
};

/** The box at the top: the palette, quick picks and input boxes. Long lists are drawn only as far as they can be seen. */
export class QuickInput {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Presses a key that opens the box, again when the workbench was too busy to take it. */
  async open(key: string): Promise<void> {
    await expectSoon(
      `the box that ${key} opens`,
      async () => {
        await this.#page.keyboard.press(key);
        return this.#page
          .locator('.quick-input-widget:visible')
          .waitFor({ timeout: 2000 })
          .then(
            () => true,
            () => false,
          );
      },
      (open) => (open ? open : undefined),
      SOON_MS,
    );
  }

  /** Replaces what is in the box; in the palette and in quick open the mode prefix is kept. */
  async type(text: string): Promise<void> {
    const input = this.#page.locator('.quick-input-widget:visible input.input');
    await input.waitFor();
    const prefix = (await input.inputValue()).startsWith('>') ? '>' : '';
    await input.fill(prefix + text);
  }

  async accept(): Promise<void> {
    await this.#page.keyboard.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.#page.keyboard.press('Escape');
  }

  /** Title, placeholder and message of the box, as far as it has them. */
  async heading(): Promise<{ readonly title: string; readonly placeholder: string; readonly message: string }> {
    const widget = this.#page.locator('.quick-input-widget:visible');
    await widget.waitFor();
    return {
      title: (await widget.locator('.quick-input-title').innerText()).trim(),
      placeholder: (await widget.locator('input.input').getAttribute('placeholder')) ?? '',
      message: (await widget.locator('.quick-input-message').innerText()).trim(),
    };
  }

  async items(): Promise<QuickItem[]> {
    return this.#page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row').evaluateAll((rows) =>
      rows.map((row) => {
        const text = (selector: string): string =>
          (row.querySelector(selector)?.textContent ?? '').replaceAll('\u00a0', ' ').trim();
        const box = row.querySelector('[role="checkbox"], input[type="checkbox"]');
        const checked = row.getAttribute('aria-checked') ?? box?.getAttribute('aria-checked');
        return {
          label: text('.label-name'),
          description: text('.label-description'),
          detail: text('.quick-input-list-label-meta'),
          ...(checked === null || checked === undefined ? {} : { checked: checked === 'true' }),
        };
      }),
    );
  }

  /** Clicks the row with this label; where many can be picked that turns its check. */
  async choose(label: string | RegExp, timeoutMs = SOON_MS): Promise<void> {
    let before = '';
    const index = await expectSoon(
      `row ${String(label)} in the quick input`,
      () => this.items(),
      (items) => {
        const at = items.findIndex((item) => matches(item.label, label));
        // The list is filtered behind the typing: a row found in the old one is another by the time of the click.
        const isStill = JSON.stringify(items) === before;
        before = JSON.stringify(items);
        return at === -1 || !isStill ? undefined : at;
      },
      timeoutMs,
    );
    await this.#page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row').nth(index).click();
  }
}
