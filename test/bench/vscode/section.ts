import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { type Figure, figureTable } from './figures.ts';

export interface Section {
  readonly figures: readonly Figure[];
  readonly runs: number;
  /** What was typed. */
  readonly command: string;
  readonly date: Date;
}

/** Markdown of docs/performance.md. */
export function pageSection({ figures, runs, command, date }: Section): string {
  const processors = cpus();
  return [
    '## In VS Code',
    '',
    `Measured by \`${command}\`: ${date.toISOString().slice(0, 10)}, ${processors.length} × ${processors[0]?.model.trim() ?? 'CPU'}, load ${(loadavg()[0] ?? 0).toFixed(1)};`,
    `${runs === 1 ? 'one window' : `medians of ${runs} windows`}. Rows are timed from the click to the drawn row, in Chromium, browser and server on one machine; kept is what is live in the whole host after a collection, with VS Code's own part; resident is what the system has given it.`,
    '',
    ...figureTable(figures),
    '',
  ].join('\n');
}

const [OPEN, CLOSE] = ['<!-- vscode -->', '<!-- /vscode -->'];

/** The part of a page that this benchmark has written, with its marks; empty where there is none. */
export function keptSection(page: string): string {
  const [start, end] = [page.indexOf(OPEN), page.indexOf(CLOSE)];
  return start < 0 || end < start ? '' : `${page.slice(start, end)}${CLOSE}\n`;
}

/** Puts the section in place of the one before, or at the end. */
export function writeSection(path: string, section: string): void {
  const text = readFileSync(path, 'utf8');
  const before = keptSection(text);
  const now = `${OPEN}\n\n${section}\n${CLOSE}\n`;
  writeFileSync(path, before === '' ? `${text.trimEnd()}\n\n${now}` : text.replace(before, () => now));
}
