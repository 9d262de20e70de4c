import type { Locator, Page } from 'playwright-core';
import { expectSoon, matches, SOON_MS } from './expect-soon.ts';

export type TreeRow = {
  readonly label: string;
  readonly description: string;
  readonly ariaLabel: string;
  /** 1 for the tree's own children. */
  readonly level: number;
  /** Absent on a row that cannot be opened. */
  readonly expanded?: boolean;
  readonly selected: boolean;
};

/** Tree views by the name of the view. Only rows in sight are in the page, so a long tree shows its first screenful. */
export class TreeViews {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async waitFor(view: string): Promise<void> {
    await this.#pane(view).first().waitFor({ timeout: SOON_MS });
  }

  async rows(view: string): Promise<TreeRow[]> {
    const rows = await this.#rowsOf(view).evaluateAll((elements) =>
      elements.map((row) => {
        const expanded = row.getAttribute('aria-expanded');
        const shown = {
          label: (row.querySelector('.label-name')?.textContent ?? '').replaceAll('\u00a0', ' '),
          description: row.querySelector('.label-description')?.textContent ?? '',
          ariaLabel: row.getAttribute('aria-label') ?? '',
          level: Number(row.getAttribute('aria-level')),
          ...(expanded === null ? {} : { expanded: expanded === 'true' }),
          selected: row.getAttribute('aria-selected') === 'true',
        };
        return { index: Number(row.getAttribute('data-index')), shown };
      }),
    );
    // The list reuses elements as it scrolls, so their order in the page is not the order on the screen.
    return rows.toSorted((left, right) => left.index - right.index).map((row) => row.shown);
  }

  /** Waits for a row by its label and returns it. */
  async row(view: string, label: string | RegExp, timeoutMs = SOON_MS): Promise<TreeRow> {
    const fits = (row: TreeRow): boolean => matches(row.label, label);
    return expectSoon(
      `row ${String(label)} in ${view}`,
      () => this.rows(view),
      (rows) => rows.find(fits),
      timeoutMs,
    );
  }

  /** Clicks a row, which selects it, runs its command, and opens or closes it where it has children. */
  async click(view: string, label: string | RegExp): Promise<void> {
    await (await this.#locate(view, label)).click();
  }

  /** The labels of a row's context menu, which stays open. */
  async contextMenu(view: string, label: string | RegExp): Promise<string[]> {
    await (await this.#locate(view, label)).click({ button: 'right' });
    const entries = this.#page.locator('.context-view .action-item:not(.separator) .action-label');
    await entries.first().waitFor();
    return entries.allInnerTexts();
  }

  async chooseFromContextMenu(view: string, label: string | RegExp, entry: string): Promise<void> {
    const entries = await this.contextMenu(view, label);
    if (!entries.includes(entry)) throw new Error(`no ${entry} in the context menu; seen: ${JSON.stringify(entries)}`);
    const item = this.#page.locator('.context-view .action-label', { hasText: entry }).first();
    // VS Code's menu takes no click in its first 100 ms, so that the one that opened it chooses nothing.
    await expectSoon(
      `${entry} chosen`,
      async () => {
        await item.click({ timeout: 1000 }).catch(() => {});
        return item.isVisible();
      },
      (open) => (open ? undefined : true),
      SOON_MS,
    );
  }

  /** The buttons in the view's own title bar, by their accessible names. */
  async titleActions(view: string): Promise<string[]> {
    const labels = await this.#pane(view)
      .locator('.pane-header .action-label')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    const merged = await this.#page
      .locator('.part:has(.merged-header) .composite.title .title-actions .action-label')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    return [...labels, ...merged];
  }

  /** The text above the rows (`TreeView.message`), or of the welcome content where there are no rows. */
  async message(view: string): Promise<string> {
    const shown = this.#pane(view).locator(
      '.tree-explorer-viewlet-tree-view > .message:visible, .welcome-view-content:visible',
    );
    return (await shown.allInnerTexts()).join('\n').trim();
  }

  async #locate(view: string, label: string | RegExp): Promise<Locator> {
    const { label: text, level } = await this.row(view, label);
    const name = this.#page.locator('.label-name').getByText(text, { exact: true });
    return this.#rowsOf(view)
      .and(this.#page.locator(`[aria-level="${level}"]`))
      .filter({ has: name })
      .first();
  }

  #rowsOf(view: string): Locator {
    return this.#pane(view).locator('.monaco-list[role="tree"] .monaco-list-row');
  }

  #pane(view: string): Locator {
    // A view with a description has it between its name and the last word.
    const named = `.pane-header[aria-label="${view} Section"], .pane-header[aria-label^="${view} - "]`;
    return this.#page.locator('.pane').filter({ has: this.#page.locator(named) });
  }
}
