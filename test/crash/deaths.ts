import type { CallKind, Death, Life } from './life.ts';

/**
 * Which deaths a life is made to die, from all of its calls: `every` one; `distinct` ones, that leave different worlds (a look changes
 * nothing, and whoever dies before a change leaves what the change before it left); of those, one `of each kind` of call on a kind of
 * file or key.
 */
export type Selection = 'every' | 'distinct' | 'of each kind';

const EVERY: Readonly<Record<CallKind, readonly Death['when'][]>> = {
  look: ['before'],
  change: ['before', 'after'],
  write: ['before', 'torn', 'after'],
  request: ['before', 'after'],
};
const DISTINCT: typeof EVERY = { look: [], change: ['after'], write: ['torn', 'after'], request: ['after'] };

/** Deaths for a life that has been lived to its end. */
export function deathsFor({ labels }: Life, selection: Selection): readonly Death[] {
  const times = selection === 'every' ? EVERY : DISTINCT;
  const kinds = Object.keys(times) as CallKind[];
  return kinds.flatMap((kind) => {
    const chosen = selection === 'of each kind' ? oneOfEach(labels[kind]) : labels[kind].keys();
    return [...chosen].flatMap((nth) => times[kind].map((when) => ({ kind, nth, when })));
  });
}

/** Of calls alike, not always the first: which one goes on from kind to kind. */
function oneOfEach(labels: readonly string[]): readonly number[] {
  const alike = new Map<string, number[]>();
  for (const [nth, label] of labels.entries()) alike.set(kindOf(label), [...(alike.get(kindOf(label)) ?? []), nth]);
  return [...alike.values()].flatMap((nths, index) => nths[index % nths.length] ?? []).toSorted((a, b) => a - b);
}

/** What a call does, without which file of the user, run, hash or number it is about. */
const kindOf = (label: string): string =>
  label
    .replaceAll(/\/crash-\w+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}|\d+/g, '#')
    .replaceAll(/(\/workspace\/data\/)(?!\.datastore-staging)[^ ]*/g, '$1file')
    .replaceAll(/(\.datastore-staging\/#\/\w+\/)[^ ]*/g, '$1file');
