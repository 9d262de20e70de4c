/** As V8 writes it, times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** What the main thread of a program did, and how long. */
export interface Share {
  readonly what: string;
  readonly ms: number;
}

const OF_V8: Readonly<Record<string, string>> = {
  '(garbage collector)': 'collecting garbage',
  '(program)': 'V8 and the system',
  '(idle)': 'waiting',
  '(root)': 'V8 and the system',
};

/** By function, without what it called, the longest first; what Node brings is one for each of its modules. */
export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): readonly Share[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const sums = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    sums.set(name, (sums.get(name) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  }
  return [...sums]
    .map(([what, ms]) => ({ what, ms: Math.round(ms * 10) / 10 }))
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, MOST);
}

const MOST = 12;

function nameOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): string {
  const ofV8 = OF_V8[functionName];
  if (ofV8 !== undefined) return ofV8;
  if (url.startsWith('node:')) return `\`${url.split('/').slice(0, 2).join('/')}\``;
  // Bundling has numbered what has the same name in several files.
  return functionName === '' ? 'functions without a name' : `\`${functionName.replace(/\d+$/, '')}\``;
}

/** For people, on one line. */
export const sharesText = (shares: readonly Share[]): string =>
  shares.map(({ what, ms }) => `${what} ${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`).join(', ');
