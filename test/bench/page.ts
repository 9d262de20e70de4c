import { cpus, loadavg, totalmem } from 'node:os';
import type { Contender } from './contenders.ts';
import type { Options } from './options.ts';
import { type Table, tableText } from './table.ts';
import type { Workload } from './workload.ts';

/** All that was measured with one latency. */
export interface Played {
  /** Milliseconds added to every answer. */
  readonly latency: number;
  readonly tables: readonly Table[];
}

/** docs/performance.md. `command` is what was typed. */
export function pageText(
  played: readonly Played[],
  contenders: readonly Contender[],
  options: Options,
  command: string,
  date: Date,
): string {
  const processors = cpus();
  const { files, many, largeBytes, runs, warmUp } = options;
  return [
    '# Performance',
    '',
    'Written by the benchmark itself; do not edit. To repeat it:',
    '',
    '```',
    command,
    '```',
    '',
    `- ${date.toISOString().slice(0, 10)}, ${processors.length} × ${processors[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, ${process.platform}`,
    `- ${files} files of 1 to 4 KiB of random bytes, many are ${many}, and a large one has ${Math.round(largeBytes / 2 ** 20)} MiB`,
    '- the dev S3 server of this repository, in a process of its own on the same machine, which hashes every body, whoever sends it',
    `- medians of ${runs} round${runs === 1 ? '' : 's'}${warmUp ? ' after a warm-up' : ''}, the order of the programs rotated; what came down was compared with what went up`,
    '- time includes the start of the program; CPU is user and system; memory is the largest resident set of a process; requests and bytes of bodies are those the server counted',
    `- load of the machine over the last 15 minutes: ${(loadavg()[2] ?? 0).toFixed(1)} (much above 2 means that other programs ran beside it)`,
    ...contenders.map(({ name, version }) => `- \`${name}\`: ${version}`),
    '',
    'Server and program share the machine, so these are ratios between programs under equal conditions, not times to expect on AWS.',
    '`datastore` alone takes a lease, writes an index and a commit, verifies every byte by SHA-256 and makes every file it brings survive a power cut (fsync) before it replaces anything.',
    `Its largest peak here is ${Math.ceil(largestPeak(played) / 2 ** 20)} MiB; its bound is 300 MiB.`,
    '',
    ...played.flatMap(({ latency, tables }) => [
      `## With ${latency === 0 ? 'no latency added' : `${latency} ms added to every answer`}`,
      '',
      ...tables.flatMap((table) => [tableText(table), ...obstacles(table)]),
    ]),
  ].join('\n');
}

const largestPeak = (played: readonly Played[]): number =>
  Math.max(...played.flatMap(({ tables }) => tables.map(({ rows }) => rows[0]?.median.peakBytes ?? 0)));

const OBSTACLES: { readonly [Id in Workload]: string } = {
  W1: 'every file is read and hashed twice, for the plan and as it is sent, and looked at once more when it was sent; the probe of a new remote',
  W2: 'the start of Node; the scan itself is one `lstat` a file and one request',
  W3: 'the start of Node and of the SDK, and the lease (more than 64 changes take it), then a shard and a commit',
  W4: 'each file is fsynced before it gets its place, which is checked before and after',
  W8: 'every file is hashed at its new place, and the whole index is written again',
  'W5-UP':
    'the file is hashed whole before the lease is taken, and again, whole and by chunk, as it is sent, all on one core',
  'W5-DOWN': 'each chunk is hashed on the way on one core; the file is fsynced before it gets its place',
  'W5B-UP': 'the file is hashed whole before the lease is taken, and again as it is cut',
  'W5B-DOWN': 'what came before is not used for what comes now: all chunks are fetched',
  'W7-UP': 'as with few files, and the index of all of them',
  W6: 'one `lstat` a file, and the base of all of them read and compared',
  'W7-DOWN': 'as with few files',
};

/** What stands in the way where a peer was clearly faster. */
function obstacles({ workload, rows }: Table): string[] {
  const faster = rows.filter(({ ratio }) => ratio !== null && ratio > 1.05).map(({ name }) => `\`${name}\``);
  return faster.length === 0 ? [] : [`Faster here: ${faster.join(', ')}. In our way: ${OBSTACLES[workload]}.`, ''];
}
