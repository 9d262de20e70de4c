import { cpus, loadavg, totalmem } from 'node:os';
import type { Contender } from './contender.ts';
import { type Baselines, flatnessText, goalsText } from './goals.ts';
import type { Options } from './options.ts';
import { type Table, tableText } from './table.ts';
import type { Workload } from './workload.ts';

/** All that was measured with one latency. */
export interface Played {
  /** Milliseconds added to every answer. */
  readonly latency: number;
  readonly tables: readonly Table[];
}

export interface Page {
  readonly played: readonly Played[];
  readonly contenders: readonly Contender[];
  readonly options: Options;
  /** What was typed. */
  readonly command: string;
  readonly date: Date;
  readonly baselines: Baselines;
  /** By name of the program; null: not counted. */
  readonly flushes: ReadonlyMap<string, number> | null;
}

/** docs/performance.md. */
export function pageText({ played, contenders, options, command, date, baselines, flushes }: Page): string {
  const processors = cpus();
  const { files, many, million, largeBytes, runs, warmUp, store } = options;
  const [first] = played;
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
    `- ${files} files of 1 to 4 KiB of random bytes, many are ${many}, a large one has ${Math.round(largeBytes / 2 ** 20)} MiB, and a million are ${million} of a few bytes`,
    store === 'ceph'
      ? '- a throwaway Ceph with its gateway, on the same machine, which counts nothing for us'
      : '- the dev S3 server of this repository, in a process of its own on the same machine, which hashes every body, whoever sends it',
    `- medians of at most ${runs} round${runs === 1 ? '' : 's'}${warmUp ? ' after a warm-up' : ''}, the order of the programs rotated; programs that take long have fewer, down to one or none (their column says how many), so that all ends within ninety minutes; what came down was compared with what went up`,
    '- time includes the start of the program; CPU is user and system; memory is the largest resident set of a process; requests and bytes of bodies are those the server counted',
    '- the one-time probe of a remote (W0, against the next push) is in no other row',
    `- to measure against: an empty Node program ${Math.round(baselines.nodeMs)} ms, \`cp -r\` of the ${files} files ${Math.round(baselines.copyMs)} ms`,
    ...flushLines(flushes),
    `- load of the machine over the last 15 minutes: ${(loadavg()[2] ?? 0).toFixed(1)} (much above 2 means that other programs ran beside it)`,
    ...contenders.map(({ name, version }) => `- \`${name}\`: ${version}`),
    '',
    'Server and program share the machine, so these are ratios between programs under equal conditions, not times to expect on AWS.',
    '`datastore` alone takes a lease, writes an index and a commit, verifies every byte by SHA-256 and makes every file it brings survive a power cut (fsync) before it replaces anything.',
    `Its largest peak at up to ${files} files is ${Math.ceil(largestPeak(played) / 2 ** 20)} MiB; its bound is 300 MiB.`,
    '',
    '## Goals',
    '',
    'How many times as fast as the best peer of the row, in this very run:',
    '',
    ...goalsText(played, baselines),
    ...(first === undefined
      ? []
      : [
          flatnessText(first, [
            ['W2', files],
            ['W6', many],
            ['W9', million],
          ]),
          '',
        ]),
    ...played.flatMap(({ latency, tables }) => [
      `## With ${latency === 0 ? 'no latency added' : `${latency} ms added to every answer`}`,
      '',
      ...tables.flatMap((table) => [tableText(table), ...obstacles(table)]),
    ]),
  ].join('\n');
}

const largestPeak = (played: readonly Played[]): number =>
  Math.max(
    ...played.flatMap(({ tables }) =>
      tables
        .filter(({ workload }) => /^W([1-58]|5B)/.test(workload) && workload !== 'W10')
        .map(({ rows }) => rows[0]?.median.peakBytes ?? 0),
    ),
  );

/** Who flushes what, and how that is made equal. */
function flushLines(flushes: ReadonlyMap<string, number> | null): readonly string[] {
  const how =
    'after each pull the file system is flushed (`sync -f`), and ratios are of the time until then: "on the disk"';
  if (flushes === null) return [`- ${how}`];
  const counts = [...flushes].map(([name, count]) => `\`${name}\` ${count}`).join(', ');
  return [
    `- ${how}; of themselves, bringing 20 files, the programs ask for a flush (fsync and the like, by strace) so often: ${counts}`,
  ];
}

const OBSTACLES: { readonly [Id in Workload]?: string } = {
  W1: 'every file is read and hashed twice, for the plan and as it is sent, and looked at once more when it was sent',
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
  return faster.length === 0
    ? []
    : [`Faster here: ${faster.join(', ')}. In our way: ${OBSTACLES[workload] ?? 'not known'}.`, ''];
}
