import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Baselines } from './goals.ts';
import { makeFolder } from './litter.ts';
import { writeSmallFiles } from './sample-data.ts';

const TIMES = 5;

/** Medians of five. */
export function measureBaselines(files: number): Baselines {
  const folder = makeFolder('base');
  const source = join(folder, 'source');
  writeSmallFiles(source, files);
  return {
    nodeMs: median(() => void execFileSync(process.execPath, ['-e', ''])),
    copyMs: median((nth) => void execFileSync('cp', ['-r', source, join(folder, `${nth}`)])),
  };
}

function median(act: (nth: number) => void): number {
  const took: number[] = [];
  for (let nth = 0; nth < TIMES; nth += 1) {
    const started = performance.now();
    act(nth);
    took.push(performance.now() - started);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] ?? Number.NaN;
}
