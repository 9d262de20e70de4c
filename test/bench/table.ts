import type { Results } from './play.ts';
import type { Sample } from './story.ts';
import { type Workload, workloads } from './workload.ts';

export interface Row {
  readonly name: string;
  readonly median: Sample;
  /** The shortest and the longest of the rounds, milliseconds. */
  readonly wallMs: readonly [least: number, most: number];
  readonly rounds: number;
  /** Our time until all is on the disk over the peer's: 0.5 is twice as fast. Null for ourselves. */
  readonly ratio: number | null;
}

/** Whoever does not flush what it brought is waited for until the system has. */
const untilOnDisk = ({ wallMs, flushMs }: Sample): number => wallMs + flushMs;

export interface Table {
  readonly workload: Workload;
  readonly title: string;
  /** Ours first. */
  readonly rows: readonly Row[];
}

/** Medians over the rounds, measure by measure. `ours` names the contender the others are compared with. */
export function tabulate(results: Results, names: readonly string[]): readonly Table[] {
  return workloads.flatMap(({ id, title }) => {
    const byName = results.get(id);
    if (byName === undefined) return [];
    const medians = names.flatMap((name) => {
      const samples = byName.get(name);
      if (samples === undefined) return [];
      const walls = samples.map(({ wallMs }) => wallMs);
      const wallMs = [Math.min(...walls), Math.max(...walls)] as const;
      return [{ name, wallMs, rounds: samples.length, median: medianOf(samples) }];
    });
    const [first] = medians;
    const ours = first === undefined ? Number.NaN : untilOnDisk(first.median);
    const rows = medians.map((row, index) => ({ ...row, ratio: index === 0 ? null : ours / untilOnDisk(row.median) }));
    return [{ workload: id, title, rows }];
  });
}

/** Markdown, aligned for reading as it is. */
export function tableText({ workload, title, rows }: Table): string {
  const comesDown = rows.some(({ median }) => median.flushMs > 0);
  const head = ['', 'time', 'least to most', ...(comesDown ? ['on the disk'] : []), 'ours / theirs', 'CPU'];
  head.push('peak memory', 'requests', 'sent', 'received', 'rounds');
  const cells = rows.map(({ name, median, wallMs: [least, most], ratio, rounds }) => [
    name,
    `${seconds(median.wallMs)} s`,
    `${seconds(least)} to ${seconds(most)}`,
    ...(comesDown ? [`${seconds(untilOnDisk(median))} s`] : []),
    ratio === null ? '' : ratio.toFixed(2),
    known(median.cpuMs, `${seconds(median.cpuMs)} s`),
    known(median.peakBytes, `${Math.round(median.peakBytes / 2 ** 20)} MiB`),
    known(median.requests, String(Math.round(median.requests))),
    known(median.bytesUp, mebibytes(median.bytesUp)),
    known(median.bytesDown, mebibytes(median.bytesDown)),
    String(rounds),
  ]);
  const widths = head.map((name, column) => Math.max(3, name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [`### ${workload}: ${title}`, '', line(head), rule, ...cells.map(line), ''].join('\n');
}

/** What nobody counted is not shown as a count. */
const known = (value: number, text: string): string => (Number.isNaN(value) ? '–' : text);

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function medianOf(samples: readonly Sample[]): Sample {
  const of = (value: (sample: Sample) => number): number => {
    if (samples.some((sample) => Number.isNaN(value(sample)))) return Number.NaN;
    const sorted = samples.map(value).toSorted((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    const [below, above] = [sorted[middle - 1], sorted[middle]];
    if (above === undefined) return Number.NaN;
    return sorted.length % 2 === 0 && below !== undefined ? (below + above) / 2 : above;
  };
  return {
    wallMs: of((sample) => sample.wallMs),
    flushMs: of((sample) => sample.flushMs),
    cpuMs: of((sample) => sample.cpuMs),
    peakBytes: of((sample) => sample.peakBytes),
    requests: of((sample) => sample.requests),
    bytesUp: of((sample) => sample.bytesUp),
    bytesDown: of((sample) => sample.bytesDown),
  };
}
