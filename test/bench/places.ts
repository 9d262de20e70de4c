import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { environment } from './contender.ts';
import { startDevServer } from './dev-server.ts';
import { flush } from './measure.ts';
import { writeMiddleFiles } from './sample-data.ts';

/*
 * npm run bench:places                                   5 rounds of 600 files, without latency and with 20 ms
 * npm run bench:places -- --runs N --files N --latency MS,…
 *
 * Whether places for requests that become more and fewer are slower than a number of them that stays. Each round plays all of them, in
 * turn, in processes of their own. Prints the median of the rounds' ratios, with the least and the most of them.
 */
const FIXED = ['16', '64'] as const;
const MODES = ['adaptive', ...FIXED] as const;
type Mode = (typeof MODES)[number];
type Round = Readonly<Record<Mode, { readonly up: number; readonly down: number }>>;

const BUCKET = 'places-bucket';
const program = fileURLToPath(new URL('./places-program.ts', import.meta.url));

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    files: { type: 'string', default: '600' },
    latency: { type: 'string', default: '0,20' },
  },
});
const [runs, files] = [Number(values.runs), Number(values.files)];
const folder = mkdtempSync(join(tmpdir(), 'datastore-places-'));
try {
  writeMiddleFiles(join(folder, 'source'), files);
  const head = [
    '',
    ...['up', 'down'].flatMap((way) => [`${way}, adaptive`, ...FIXED.map((fixed) => `against ${fixed}`)]),
  ];
  print([`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`]);
  for (const latency of values.latency.split(',').map(Number)) {
    const rounds: Round[] = [];
    for (let nth = 0; nth < runs; nth += 1) rounds.push(await playRound(nth, latency));
    print([`| ${[`${latency} ms`, ...cells(rounds, 'up'), ...cells(rounds, 'down')].join(' | ')} |`]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function playRound(nth: number, latency: number): Promise<Round> {
  const round = new Map<Mode, Round[Mode]>();
  for (let turn = 0; turn < MODES.length; turn += 1) {
    const mode = MODES[(turn + nth) % MODES.length] ?? 'adaptive';
    const took = await play(mode, latency);
    round.set(mode, took);
    process.stderr.write(`${latency} ms, ${mode}: ${Math.round(took.up)} up, ${Math.round(took.down)} down\n`);
  }
  return Object.fromEntries(round) as Round;
}

/** Milliseconds. */
async function play(mode: Mode, latency: number): Promise<Round[Mode]> {
  const scene = join(folder, 'scene');
  const server = await startDevServer([BUCKET], latency);
  const env = { ...environment(server), HOME: scene, XDG_STATE_HOME: join(scene, 'state') };
  const [here, there] = ['here', 'there'].map((name) => join(scene, name)) as [string, string];
  for (const workspace of [here, there]) mkdirSync(join(workspace, 'data'), { recursive: true });
  const sync = async (workspace: string) => {
    flush(scene);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, workspace, server.endpoint, BUCKET, mode],
      {
        env,
      },
    );
    return JSON.parse(stdout) as { readonly ms: number; readonly files: number };
  };
  try {
    // The probe comes before the first push, whatever is in it.
    writeFileSync(join(here, 'data', 'first.txt'), 'first');
    await sync(here);
    cpSync(join(folder, 'source'), join(here, 'data'), { recursive: true, preserveTimestamps: true });
    const [up, down] = [await sync(here), await sync(there)];
    if (up.files !== files || down.files !== files + 1) throw new Error(`${up.files} went up, ${down.files} came down`);
    return { up: up.ms, down: down.ms };
  } finally {
    await server.stop();
    rmSync(scene, { recursive: true, force: true });
  }
}

function cells(rounds: readonly Round[], way: 'up' | 'down'): readonly string[] {
  const own = median(rounds.map(({ adaptive }) => adaptive[way]));
  const ratios = FIXED.map((fixed) => rounds.map((round) => round.adaptive[way] / round[fixed][way]));
  return [
    `${(own / 1000).toFixed(2)} s`,
    ...ratios.map(
      (all) => `${median(all).toFixed(2)} (${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)})`,
    ),
  ];
}

function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, one) => sum + one, 0) / middle.length;
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
