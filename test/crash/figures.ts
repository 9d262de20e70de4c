import type { StoreName } from './stores.ts';
import type { TormentResult } from './torment.ts';
import { sumOfRounds, type TortureRound } from './torture-ledger.ts';

export const STORE_TITLES: Readonly<Record<StoreName, string>> = { dev: 'dev S3 server', ceph: 'Ceph RGW' };

/** Rows of figures, a column for each store, of all rounds together; and where each round comes from. */
export function tortureTable(rounds: readonly TortureRound[]): string {
  const results = sumOfRounds(rounds);
  const columns = [...results.values()];
  const rows: [string, (result: TormentResult) => string | number][] = [
    ['SIGKILL in the middle of a cycle', ({ killsInCycle }) => killsInCycle],
    ['SIGSTOP for longer than the ttl, in the middle of a cycle', ({ stopsInCycle }) => stopsInCycle],
    ['further SIGKILL and SIGSTOP outside a cycle', (r) => r.kills - r.killsInCycle + r.stops - r.stopsInCycle],
    ['starts of the program', ({ starts }) => starts],
    ['how they ended (exit code, kind)', ({ ends }) => endsText(ends)],
    ['commits', ({ commits }) => commits],
    ['versions saved by people', ({ versions }) => versions],
    ['… in every folder at the end', ({ whereabouts }) => whereabouts['in a folder']],
    ['… as a conflict copy', ({ whereabouts }) => whereabouts['conflict copy']],
    ['… in the history', ({ whereabouts }) => whereabouts.history],
    [
      '… replaced or removed by their own author, who had seen them',
      (r) => r.whereabouts['replaced by who had seen it'],
    ],
    ['… lost', ({ whereabouts }) => whereabouts.LOST],
    ['conflicts held back to the end, then decided', ({ decided }) => decided],
    ['files, equal in all folders and on the remote', ({ files }) => files],
    ['failures', ({ failures }) => failures.length],
    ['seconds', ({ seconds }) => Math.round(seconds)],
  ];
  return [
    `\`npm run torture -- --rounds N --kills K --stops S --store both --ttl 1 --write\`: ${rounds.length} rounds, each of six workspaces on a bucket of its own (${originsText(rounds)}).`,
    '',
    `| | ${[...results.keys()].map((name) => STORE_TITLES[name]).join(' | ')} |`,
    `|---|${columns.map(() => '---').join('|')}|`,
    ...rows.map(([title, of]) => `| ${title} | ${columns.map((result) => of(result)).join(' | ')} |`),
  ].join('\n');
}

/** Rounds of one day on one commit together. */
function originsText(rounds: readonly TortureRound[]): string {
  const seeds = new Map<string, number[]>();
  for (const { commit, date, seed } of rounds) {
    const origin = `${date}, \`${commit}\``;
    seeds.set(origin, [...(seeds.get(origin) ?? []), seed]);
  }
  return [...seeds].map(([origin, its]) => `${origin}, seeds ${its.join(', ')}`).join('; ');
}

const endsText = (ends: Readonly<Record<string, number>>): string =>
  Object.entries(ends)
    .toSorted((a, b) => b[1] - a[1])
    .map(([end, count]) => `${end}: ${count}`)
    .join(', ');
