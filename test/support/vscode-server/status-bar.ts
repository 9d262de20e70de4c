import type { Page } from 'playwright-core';
import { expectSoon, SOON_MS } from './expect-soon.ts';

export type StatusBarItem = {
  /** `publisher.extension.itemId` for an extension's item. */
  readonly id: string;
  /** Without icons. */
  readonly text: string;
  /** Names as in `$(name)`, such as `sync` or `warning`. */
  readonly icons: readonly string[];
  readonly spinning: boolean;
  readonly ariaLabel: string;
  readonly kind: 'plain' | 'warning' | 'error' | 'prominent' | 'remote' | 'offline';
  /** CSS colour as drawn; `rgba(0, 0, 0, 0)` where it shows the bar's own. */
  readonly background: string;
};

export class StatusBar {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The item whose id, text or accessible label matches: a string must be one of them, or be within one of them. */
  async item(match: string | RegExp, timeoutMs = SOON_MS): Promise<StatusBarItem> {
    const fits = (item: StatusBarItem): boolean =>
      [item.id, item.text, item.ariaLabel].some((text) =>
        typeof match === 'string' ? text.includes(match) : match.test(text),
      );
    return expectSoon(
      `status bar item ${String(match)}`,
      () => this.items(),
      (items) => items.find(fits),
      timeoutMs,
    );
  }

  async items(): Promise<StatusBarItem[]> {
    return this.#page.locator('.part.statusbar .statusbar-item').evaluateAll((elements) =>
      elements.map((element) => {
        const icons = [...element.querySelectorAll('.codicon')];
        const names = icons.flatMap((icon) =>
          [...icon.classList].filter((name) => /^codicon-(?!modifier-)/.test(name)),
        );
        const kinds = ['warning', 'error', 'prominent', 'remote', 'offline'] as const;
        return {
          id: element.id,
          text: (element.textContent ?? '').trim(),
          icons: names.map((name) => name.slice('codicon-'.length)),
          spinning: element.querySelector('.codicon-modifier-spin') !== null,
          ariaLabel: element.getAttribute('aria-label') ?? '',
          kind: kinds.find((kind) => element.classList.contains(`${kind}-kind`)) ?? ('plain' as const),
          background: element.ownerDocument.defaultView?.getComputedStyle(element).backgroundColor ?? '',
        };
      }),
    );
  }

  async click(match: string | RegExp): Promise<void> {
    const item = await this.item(match);
    await this.#page.locator(`[id="${item.id}"] .statusbar-item-label`).click();
  }

  /** The text of the hover, as shown after resting on the item. */
  async tooltip(match: string | RegExp): Promise<string> {
    const item = await this.item(match);
    await this.#page.locator(`[id="${item.id}"]`).hover();
    const hover = this.#page.locator('.monaco-hover:visible').last();
    await hover.waitFor();
    return hover.innerText();
  }
}
