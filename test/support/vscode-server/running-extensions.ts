import type { Page } from 'playwright-core';
import { expectSoon, SOON_MS } from './expect-soon.ts';

/**
 * How long VS Code says an extension took to activate: loading its code, the call, and its promise, in milliseconds.
 * Extensions that activate at the same moment wait for each other within that time. Needs the editor that
 * `Developer: Show Running Extensions` opens.
 */
export async function activationMs(page: Page, displayName: string): Promise<number> {
  const list = page.locator('.runtime-extensions-editor .monaco-list').first();
  await list.waitFor();
  return expectSoon(
    `activation time of ${displayName}`,
    async () => {
      const seen = await readRows(page);
      // Slowest first, and only the rows in sight are drawn: so go on to the next screenful.
      await list.hover();
      await page.mouse.wheel(0, 400);
      return seen;
    },
    (rows) => rows.find((row) => row.name === displayName)?.ms,
    SOON_MS,
  );
}

async function readRows(page: Page): Promise<{ readonly name: string; readonly ms: number }[]> {
  const rows = await page.locator('.runtime-extensions-editor .monaco-list-row').evaluateAll((all) =>
    all.map((row) => ({
      name: row.querySelector('.header .name')?.textContent ?? '',
      time: row.querySelector('.activation-time')?.textContent ?? '',
    })),
  );
  return rows.flatMap(({ name, time }) => {
    const ms = /(\d+)ms/.exec(time)?.[1];
    return ms === undefined ? [] : [{ name, ms: Number(ms) }];
  });
}
