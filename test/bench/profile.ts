import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender } from './contender.ts';
import { ours } from './contenders.ts';
import type { Options } from './options.ts';
import { playRounds } from './play.ts';
import { type CpuProfile, type Share, sharesOf } from './shares.ts';
import { type Story, workloads } from './workload.ts';

/** Of each workload of a story, in the order they are played, by its name. */
export type Profiles = Readonly<Record<string, readonly Share[]>>;

/** Those in which a command does one thing and ends, and that can be played once more in a few minutes. */
const STORIES: readonly Story[] = ['files', 'large', 'many'];
const MICROSECONDS = 200;

/** Plays a story once more, by our program alone, built with its own names and under Node's profiler. Empty for what takes too long. */
export async function profileStory(story: Story, options: Options, say: (text: string) => void): Promise<Profiles> {
  if (!STORIES.includes(story)) return {};
  const folder = mkdtempSync(join(tmpdir(), 'datastore-bench-profiles-'));
  const project = fileURLToPath(new URL('../..', import.meta.url));
  try {
    execFileSync(process.execPath, ['esbuild.mjs', 'cli', '--readable'], { cwd: project });
    const contender = profiled(ours(join(project, 'test-results/readable/cli.js')), folder);
    const once = { ...options, runs: 1, warmUp: false };
    await playRounds({ story, contenders: [contender], options: once, latency: 0, say });
    const asked = workloads.filter(({ id, story: its }) => its === story && options.only.has(id));
    return Object.fromEntries(asked.map(({ id }, index) => [id, sharesOf(readProfile(join(folder, `${index}`)))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each command of its writes a profile to a folder of its own, which are numbered. */
function profiled(contender: Contender, folder: string): Contender {
  let next = 0;
  return {
    ...contender,
    command(...given) {
      const { args, ...rest } = contender.command(...given);
      const where = `--cpu-prof-dir=${join(folder, `${next}`)}`;
      next += 1;
      return { ...rest, args: ['--cpu-prof', where, `--cpu-prof-interval=${MICROSECONDS}`, ...args] };
    },
  };
}

function readProfile(folder: string): CpuProfile {
  const [name = ''] = readdirSync(folder);
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile;
}
