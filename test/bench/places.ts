import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { environment } from './contender.ts';
import { startDevServer } from './dev-server.ts';
import { flush } from './measure.ts';
import { writeMiddleFiles } from './sample-data.ts';

const FIXED = ['16', '64'] as const;
const MODES = ['adaptive', ...FIXED] as const;
type Mode = (typeof MODES)[number];
/** Milliseconds of one first push and one first pull. */
type Pair = readonly [up: number, down: number];

const BUCKET = 'places-bucket';
/** Each a request of its own, 0.2 GB in all. */
const FILES = 600;

/**
 * Whether places for requests that become more and fewer are ever slower than a number of them that stays: each round plays all three, in turn,
 * in processes of their own. Gives lines of Markdown: the median of the rounds' ratios, and the least and the most of them.
 */
export async function comparePlaces(
  { runs, latencies }: { readonly runs: number; readonly latencies: readonly number[] },
  say: (text: string) => void,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'datastore-places-'));
  const lines = [
    '|  | adaptive up | against 16 | against 64 | adaptive down | against 16 | against 64 |',
    `|${' --- |'.repeat(7)}`,
  ];
  try {
    const source = join(folder, 'source');
    writeMiddleFiles(source, FILES);
    for (const latency of latencies) {
      const rounds: Readonly<Record<Mode, Pair>>[] = [];
      for (let round = 0; round < runs; round += 1) {
        const took = new Map<Mode, Pair>();
        for (let turn = 0; turn < MODES.length; turn += 1) {
          const mode = MODES[(turn + round) % MODES.length] ?? 'adaptive';
          took.set(mode, await play(join(folder, 'scene'), source, mode, latency));
          say(
            `${latency} ms, round ${round + 1} of ${runs}, ${mode}: ${took.get(mode)?.map(Math.round).join(' up, ')} down`,
          );
        }
        rounds.push(Object.fromEntries(took) as Record<Mode, Pair>);
      }
      lines.push(`| ${[`${latency} ms`, ...[0, 1].flatMap((way) => cells(rounds, way as 0 | 1))].join(' | ')} |`);
    }
    return lines;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(scene: string, source: string, mode: Mode, latency: number): Promise<Pair> {
  rmSync(scene, { recursive: true, force: true });
  const server = await startDevServer([BUCKET], latency);
  try {
    const once = async (name: string): Promise<number> => {
      const workspace = join(scene, name);
      mkdirSync(join(workspace, 'data'), { recursive: true });
      if (name === 'up') cpSync(source, join(workspace, 'data'), { recursive: true, preserveTimestamps: true });
      flush(scene);
      const env = { ...environment(server), HOME: scene, XDG_STATE_HOME: join(scene, 'state') };
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [program, workspace, server.endpoint, BUCKET, mode],
        { env },
      );
      const { ms, files } = JSON.parse(stdout) as { readonly ms: number; readonly files: number };
      if (files !== FILES) throw new Error(`${name} brought ${files} files`);
      return ms;
    };
    return [await once('up'), await once('down')];
  } finally {
    await server.stop();
    rmSync(scene, { recursive: true, force: true });
  }
}

const program = fileURLToPath(new URL('./places-program.ts', import.meta.url));

function cells(rounds: readonly Readonly<Record<Mode, Pair>>[], way: 0 | 1): readonly string[] {
  const own = median(rounds.map(({ adaptive }) => adaptive[way]));
  const ratios = FIXED.map((fixed) => rounds.map((round) => round.adaptive[way] / round[fixed][way]));
  return [
    `${(own / 1000).toFixed(2)} s`,
    ...ratios.map(
      (all) => `${median(all).toFixed(2)} (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})`,
    ),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
}
