import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Baselines } from './goals.ts';
import { writeSmallFiles } from './sample-data.ts';

const TIMES = 5;

/** Medians of five. */
export function measureBaselines(files: number): Baselines {
  const folder = mkdtempSync(join(tmpdir(), 'datastore-bench-base-'));
  try {
    const [source, copy] = [join(folder, 'source'), join(folder, 'copy')];
    writeSmallFiles(source, files);
    return {
      nodeMs: median(() => void execFileSync(process.execPath, ['-e', ''])),
      copyMs: median(
        () => void execFileSync('cp', ['-r', source, copy]),
        () => rmSync(copy, { recursive: true, force: true }),
      ),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(act: () => void, undo: () => void = () => undefined): number {
  const took: number[] = [];
  for (let nth = 0; nth < TIMES; nth += 1) {
    const started = performance.now();
    act();
    took.push(performance.now() - started);
    undo();
  }
  return took.toSorted((a, b) => a - b)[Math.floor(TIMES / 2)] ?? Number.NaN;
}
