import type { Attacked } from './attack.ts';

/** What became of the keys, by gate and by kind. */
export function hostileTable(origin: string, attacked: Attacked): string {
  const { judgements, applications, cycles, failures, seconds } = attacked;
  const { paths, others } = applications;
  const sum = ({ done, moved, refused }: typeof paths) => done + moved + refused;
  return [
    `${origin}, ${Math.round(seconds)} s`,
    '',
    '| Gate | Keys | What became of them |',
    '|---|---|---|',
    `| validator, beside a second one written from the format | ${attacked.judged} | ${judgements.wrong.length} differences or crashes |`,
    `| collision check | ${judgements.twins.pairs} pairs of twins | ${judgements.twins.missed.length} missed |`,
    `| disk, keys the format takes | ${sum(paths)} | ${paths.done} written, ${paths.moved} found taken, ${paths.refused} refused |`,
    `| disk, keys it does not, past the validator | ${sum(others)} | ${others.done} written inside the root, ${others.moved} found taken, ${others.refused} refused |`,
    `| whole engine, in an index with ${cycles.good} good entries | ${cycles.entries} | ${cycles.arrived} arrived, ${cycles.reported} allowed and held with a reason, ${cycles.refused} against the format and named; all ${cycles.good} good ones arrived |`,
    '',
    'Listings with hashes of everything around the root, before and after, are compared; a difference would have ended the run.',
    '',
    '| Kind of key | Taken | Refused |',
    '|---|---|---|',
    ...[...judgements.counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, { taken, refused }]) => `| ${kind} | ${taken} | ${refused} |`),
    '',
    `${failures.length} failures.`,
  ].join('\n');
}
