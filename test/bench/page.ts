import type { Column } from './goals.ts';
import { flatnessText, goalsText, isMissed } from './goals.ts';
import type { Ledger, Played } from './ledger.ts';
import { sharesText } from './shares.ts';
import { type Table, tableText } from './table.ts';
import type { Story, Workload } from './workload.ts';

/** docs/performance.md, from what stands in the ledger beside it. Empty sections are left out. */
export function pageText(ledger: Ledger): string {
  const { played, flushes } = ledger;
  const columns = columnsOf(ledger);
  return [
    '# Performance',
    '',
    'Written by the benchmark itself; do not edit. To measure all of it again, or a story of it:',
    '',
    '```',
    'npm run bench -- --write docs/performance.md',
    'npm run bench -- --only W1,W2,W3,W4,W8 --write docs/performance.md',
    'npm run bench -- --only W1,W2,W3,W4,W8 --store ceph --write docs/performance.md',
    '```',
    '',
    '- all programs of a row were measured in one run, the order of them rotated from round to round; medians of at most the rounds below, after a warm-up; programs that take long have fewer, down to one or none (their column says how many); what came down was compared with what went up',
    '- the dev S3 server is the one of this repository, in a process of its own on the same machine, which hashes every body, whoever sends it; Ceph is a throwaway one with its gateway, on the same machine, which counts nothing for us',
    '- time includes the start of the program; CPU is user and system; memory is the largest resident set of a process; requests and bytes of bodies are those the server counted',
    '- the one-time probe of a remote (W0, against the next push) is in no other row',
    '- what a program wrote is removed when everything has been measured: for minutes ext4 passes over the inodes of removed files whenever a file is made, one by one',
    `- after each pull the file system is flushed (\`sync -f\`), and ratios are of the time until then: "on the disk"${flushesText(flushes)}`,
    '',
    'Server and program share the machine, so these are ratios between programs under equal conditions, not times to expect on AWS.',
    '`datastore` alone takes a lease, writes an index and a commit, verifies every byte by SHA-256 and makes every file it brings survive a power cut (fsync) before it replaces anything.',
    '',
    ...provenanceText(played),
    '## Goals',
    '',
    'How many times as fast as the best peer of the row, in the same run:',
    '',
    ...goalsText(columns),
    flatnessText(played.filter(({ store, latency }) => store === 'dev' && latency === 0)),
    '',
    ...columns.flatMap((column) => [
      `## ${column.name}`,
      '',
      ...column.played.flatMap((one) =>
        one.tables.flatMap((table) => [tableText(table), ...obstacles(table, column, one)]),
      ),
    ]),
  ].join('\n');
}

/** By store and latency, in the order of the ledger. */
export function columnsOf({ played }: Pick<Ledger, 'played'>): readonly Column[] {
  return distinct(played, nameOf).map((name) => {
    const all = played.filter((one) => nameOf(one) === name);
    return { name, latency: all[0]?.latency ?? 0, played: all };
  });
}

function nameOf({ store, latency }: Pick<Played, 'store' | 'latency'>): string {
  if (store === 'ceph') return 'Ceph RGW';
  return latency === 0 ? 'Dev S3 server' : `Dev S3 server, ${latency} ms added to every answer`;
}

const CONTENTS: { readonly [Name in Story]: (sizes: Played['sizes']) => string } = {
  probe: () => 'one file',
  files: ({ files }) => `${count(files)} files of 1 to 4 KiB of random bytes`,
  large: ({ largeBytes }) => `one file of ${Math.round(largeBytes / 2 ** 20)} MiB of random bytes`,
  many: ({ many }) => `${count(many)} files of 1 to 4 KiB of random bytes`,
  everyday: ({ files }) => `${count(files)} files, one of them saved again and again`,
  million: ({ million }) => `${count(million)} files of a few bytes`,
};

/** When, where, with what: a story may have been measured later than its neighbour. */
function provenanceText(played: readonly Played[]): readonly string[] {
  const rows = played.map(({ story, sizes, commit, date, load, baselines, tables, ...where }) => {
    const workloads = tables.map(({ workload }) => workload).join(', ');
    const base = `Node ${Math.round(baselines.nodeMs)} ms, \`cp -r\` ${Math.round(baselines.copyMs)} ms`;
    return `| ${[workloads, nameOf(where), CONTENTS[story](sizes), sizes.runs, date, `\`${commit}\``, load.toFixed(1), base].join(' | ')} |`;
  });
  return [
    '## What was measured when',
    '',
    'Load is that of the machine over 15 minutes (much above 2 means that other programs ran beside it). To measure against, in the same run: an empty Node program, and `cp -r` of the small files.',
    '',
    '| rows | store | of | rounds | date | commit | load | to measure against |',
    `|${' --- |'.repeat(8)}`,
    ...rows,
    '',
    ...distinct(played, ({ machine }) => machine).map((machine) => `- ${machine}`),
    ...distinct(played, ({ programs }) =>
      Object.entries(programs)
        .map(([name, version]) => `\`${name}\`: ${version}`)
        .join('\n- '),
    ).map((programs) => `- ${programs}`),
    '',
  ];
}

const distinct = (played: readonly Played[], of: (one: Played) => string): readonly string[] => [
  ...new Set(played.map(of)),
];

const count = (number: number): string => number.toLocaleString('en');

/** Who flushes what by itself. */
function flushesText(flushes: Ledger['flushes']): string {
  if (flushes === null) return '';
  const counts = Object.entries(flushes).map(([name, often]) => `\`${name}\` ${often}`);
  return `; of themselves, bringing 20 files, the programs ask for a flush (fsync and the like, by strace) so often: ${counts.join(', ')}`;
}

const OBSTACLES: { readonly [Id in Workload]?: string } = {
  W1: 'every file is looked at three times (to plan, before and after it is sent) on the main thread, and read and hashed on another',
  W2: 'the start of Node; the scan itself is one `lstat` a file and one request',
  W3: 'the start of Node, one look at every file, then the lines of each shard that changes, made anew',
  W4: 'each file is written and fsynced on another thread before it gets its place, which is checked before and after on the main one',
  W8: 'every file is read and hashed at its new place, on another thread, and the whole index is written again',
  'W5-UP':
    'the file is hashed whole before the lease is taken, and again, whole and by chunk, as it is sent, all on one core',
  'W5-DOWN': 'each chunk is hashed on the way on one core; the file is fsynced before it gets its place',
  'W5B-UP': 'the file is hashed whole before the lease is taken, and again as it is cut',
  'W5B-DOWN': 'what came before is not used for what comes now: all chunks are fetched',
  'W7-UP': 'as with few files, and the index of all of them',
  W6: 'one `lstat` a file, and the base of all of them read and compared',
  'W7-DOWN': 'as with few files',
  W10: 'each folder is asked for its times, in both roots; four requests come one after another, and what comes down is flushed before it is noted',
};

/** What stands in the way where a peer was clearly faster, or where a goal was not met. */
function obstacles(table: Table, { latency }: Column, { baselines, profiles }: Column['played'][number]): string[] {
  const { workload, rows } = table;
  const faster = rows.filter(({ ratio }) => ratio !== null && ratio > 1.05).map(({ name }) => `\`${name}\``);
  if (faster.length === 0 && !isMissed(table, latency, baselines)) return [];
  const who = faster.length === 0 ? '' : `Faster here: ${faster.join(', ')}. `;
  const shares = profiles[workload];
  const profile =
    shares === undefined
      ? ''
      : ` Its main thread in one run, each function without what it calls (\`node --cpu-prof\`): ${sharesText(shares)}.`;
  return [`${who}In our way: ${OBSTACLES[workload] ?? 'not known'}.${profile}`, ''];
}
