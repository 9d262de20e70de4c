import type { Bundles } from './bundles.ts';
import type { Windows } from './windows.ts';

/** One thing that was measured. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** What it may be at most; without it, it is for information. */
  readonly most?: number;
}

type Unit = 'ms' | 'KB' | 'MB';

export interface Measured {
  readonly bundles: Bundles;
  readonly windows: Windows;
  readonly files: number;
}

/** All that was measured, with its limits. */
export function figuresOf({ bundles, windows, files }: Measured): readonly Figure[] {
  const { one, all } = windows;
  const count = files.toLocaleString('en');
  const tenth = Math.floor(files / 10).toLocaleString('en');
  return [
    { what: 'activation, by VS Code’s own figure', value: windows.activationMs, unit: 'ms', most: 100 },
    { what: 'what activation loads, minified', value: bundles.activation / 1e3, unit: 'KB', most: 150 },
    { what: 'all of the extension but the SDK, minified', value: bundles.withoutSdk / 1e3, unit: 'KB' },
    { what: 'the SDK, loaded with the first bucket', value: bundles.sdk / 1e3, unit: 'KB' },
    { what: `first row of Contents at ${count} files`, value: windows.firstRowMs, unit: 'ms', most: 500 },
    { what: `first rows of a folder of ${tenth} files`, value: windows.firstPageMs, unit: 'ms' },
    { what: 'kept by the extension host with one file', value: one.kept / 1e6, unit: 'MB' },
    { what: `kept above that at ${count} files`, value: (all.kept - one.kept) / 1e6, unit: 'MB', most: 150 },
    { what: 'resident, with one file', value: one.resident / 1e6, unit: 'MB' },
    { what: `resident, at ${count} files`, value: all.resident / 1e6, unit: 'MB' },
  ];
}

/** Those that are more than they may be. */
export const overLimit = (figures: readonly Figure[]): readonly Figure[] =>
  figures.filter(({ value, most }) => most !== undefined && value > most);

/** Markdown, one row a figure; whether it is within its limit is the last cell. */
export function figureTable(figures: readonly Figure[]): readonly string[] {
  const over = overLimit(figures);
  const cells = (figure: Figure) => {
    const { what, value, unit, most } = figure;
    const verdict = most === undefined ? '' : over.includes(figure) ? '**over**' : 'held';
    return [what, `${Math.round(value)} ${unit}`, most === undefined ? '' : `${most} ${unit}`, verdict];
  };
  return [
    '|  | measured | at most | limit |',
    '| --- | ---: | ---: | --- |',
    ...figures.map((figure) => `| ${cells(figure).join(' | ')} |`),
  ];
}
