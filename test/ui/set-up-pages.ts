import { expect } from 'vitest';
import type { Workbench } from '../support/vscode-server/workbench.ts';

/** Until the page of the wizard with this title is there. */
export const onPage = (window: Workbench, title: string): Promise<void> =>
  expect
    .poll(async () => (await window.quickInput.heading()).title, { timeout: 30_000 })
    .toMatch(new RegExp(`: ${title.replace('?', '\\?')} \\(\\d+/\\d+\\)$`));

/** Until a row is there. */
export async function untilRow(window: Workbench, label: string | RegExp, description = ''): Promise<void> {
  const shown = async () =>
    (await window.quickInput.items()).map((item) => `${item.label.trim()}\n${item.description}`).join('\n');
  const poll = expect.poll(shown, { timeout: 60_000 });
  if (typeof label === 'string') await poll.toContain(`${label}\n${description}`);
  else await poll.toMatch(new RegExp(label.source, 'm'));
}

/** Chooses a row of a page. */
export async function choose(window: Workbench, title: string, label: string | RegExp): Promise<void> {
  await onPage(window, title);
  await window.quickInput.choose(label, 60_000);
}

/** Takes a page as it stands. */
export async function accept(window: Workbench, title: string): Promise<void> {
  await onPage(window, title);
  await window.quickInput.accept();
}

/** Answers a page with a text. */
export async function type(window: Workbench, title: string, text: string): Promise<void> {
  await onPage(window, title);
  await window.quickInput.type(text);
  await window.quickInput.accept();
}

/** Until the page says so of what was typed. */
export const untilSaid = (window: Workbench, words: string): Promise<void> =>
  expect.poll(async () => (await window.quickInput.heading()).message, { timeout: 30_000 }).toContain(words);
