import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import type { Bundles } from './bundles.ts';
import type { Windows } from './windows.ts';

export interface Measured {
  readonly bundles: Bundles;
  readonly windows: Windows;
  readonly files: number;
  readonly runs: number;
  /** What was typed. */
  readonly command: string;
  readonly date: Date;
}

/** Markdown of docs/performance.md. */
export function pageSection({ bundles, windows, files, runs, command, date }: Measured): string {
  const processors = cpus();
  const count = files.toLocaleString('en');
  const rows: readonly (readonly [what: string, measured: string, most: string])[] = [
    ['activation, by VS Code’s own figure', `${windows.activationMs} ms`, '100 ms'],
    ['what activation loads, minified', kilobytes(bundles.activation), '150 KB'],
    ['all of the extension but the SDK, minified', kilobytes(bundles.withoutSdk), ''],
    ['the SDK, loaded with the first bucket', kilobytes(bundles.sdk), ''],
    [`first row of Contents at ${count} files`, `${windows.firstRowMs} ms`, '500 ms'],
    [`first rows of a folder of ${Math.floor(files / 10).toLocaleString('en')} files`, `${windows.firstPageMs} ms`, ''],
    ['kept by the extension host with one file', megabytes(windows.one.kept), ''],
    [`kept above that at ${count} files`, megabytes(windows.all.kept - windows.one.kept), '150 MB'],
    ['resident, with one file', megabytes(windows.one.resident), ''],
    [`resident, at ${count} files`, megabytes(windows.all.resident), ''],
  ];
  return [
    '## In VS Code',
    '',
    `Measured by \`${command}\`: ${date.toISOString().slice(0, 10)}, ${processors.length} × ${processors[0]?.model.trim() ?? 'CPU'}, load ${(loadavg()[0] ?? 0).toFixed(1)};`,
    `${runs === 1 ? 'one window' : `medians of ${runs} windows`}. Rows are timed from the click to the drawn row, in Chromium, browser and server on one machine; kept is what is live in the whole host after a collection, with VS Code's own part; resident is what the system has given it.`,
    '',
    '|  | measured | at most |',
    '| --- | ---: | ---: |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n');
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} KB`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

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
