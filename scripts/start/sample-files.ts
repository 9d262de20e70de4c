import { createHash } from 'node:crypto';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const HOURS = 3_600_000;

/** Writes some hundred files as tools leave them beside a repository: model data, workflow runs, outputs, logs, fixtures. Gives their count. */
export function writeSampleFiles(root: string, now: number): number {
  const files = [...models(), ...runs(), ...fixtures()];
  files.forEach(([path, content], index) => {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    const changed = new Date(now - (files.length - index) * 0.3 * HOURS);
    utimesSync(target, changed, changed);
  });
  return files.length;
}

type Sample = readonly [path: string, content: string | Buffer];

function models(): Sample[] {
  const names = ['baseline', 'wide', 'distilled'];
  return names.flatMap((name): Sample[] => [
    [`models/${name}/config.json`, json({ name, layers: 12, hidden: 768, tokenizer: 'bpe-32k' })],
    [`models/${name}/metrics.json`, json({ accuracy: 0.9 + number(name) / 100, loss: number(`${name}l`) / 10 })],
    [`models/${name}/weights.bin`, noise(name, 96 * 1024)],
  ]);
}

function runs(): Sample[] {
  const samples: Sample[] = [];
  for (let run = 1; run <= 24; run += 1) {
    const folder = `runs/2026-11-${String(run).padStart(2, '0')}-nightly`;
    samples.push(
      [
        `${folder}/run.json`,
        json({
          run,
          status: number(`r${run}`) > 0.9 ? 'failed' : 'done',
          seconds: Math.round(60 + 600 * number(`s${run}`)),
        }),
      ],
      [`${folder}/outputs/predictions.csv`, csv(`p${run}`, 120)],
      [
        `${folder}/outputs/summary.md`,
        `# Run ${run}\n\n- accuracy ${(0.9 + number(`a${run}`) / 10).toFixed(4)}\n- examples 120\n`,
      ],
      [`${folder}/run.log`, log(`l${run}`, 80)],
    );
  }
  return samples;
}

function fixtures(): Sample[] {
  const samples: Sample[] = [];
  for (let index = 1; index <= 20; index += 1) {
    samples.push([
      `fixtures/orders/order-${1000 + index}.json`,
      json({ id: 1000 + index, total: Math.round(number(`o${index}`) * 50_000) / 100, currency: 'EUR' }),
    ]);
  }
  samples.push(['fixtures/Größen und Maße.csv', 'Größe;Maß\nS;44\nM;48\nL;52\n']);
  return samples;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const csv = (seed: string, rows: number): string =>
  `id,label,score\n${Array.from({ length: rows }, (_, row) => `${row},${number(`${seed}${row}`) > 0.5 ? 'yes' : 'no'},${number(`${row}${seed}`).toFixed(5)}`).join('\n')}\n`;

const log = (seed: string, lines: number): string =>
  `${Array.from({ length: lines }, (_, line) => `step ${line} loss=${(2 * Math.exp(-line / 30) + number(`${seed}${line}`) / 10).toFixed(4)}`).join('\n')}\n`;

/** In [0, 1), the same for the same seed. */
const number = (seed: string): number => createHash('sha256').update(seed).digest().readUInt32BE() / 2 ** 32;

function noise(seed: string, bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let block = 0; block * 32 < bytes; block += 1)
    blocks.push(createHash('sha256').update(`${seed}${block}`).digest());
  return Buffer.concat(blocks, bytes);
}
