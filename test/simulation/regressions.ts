import { makeTraits } from './make-scenario.ts';
import { createRandom } from './random.ts';
import type { ClientTraits, Scenario, Step } from './scenario.ts';

/** What the simulation has found once, each as small as it can be told. By name. */
export const REGRESSIONS: Readonly<Record<string, () => Scenario>> = {
  'the workspace cannot be read for a moment': () =>
    storyOf(1, [
      { client: 0, deed: { act: 'save', path: 'a.txt', size: 20, style: 'replace' } },
      {
        client: 0,
        deed: { act: 'sync', by: 'vscode' },
        strikes: [{ at: 'call', on: 'lstat', nth: 1, harm: { kind: 'errno', code: 'EIO' } }],
      },
    ]),
};

const PLAIN: Partial<ClientTraits> = {
  clockAheadMs: 0,
  hasCli: false,
  isHasty: false,
  diskPauses: 0,
  latencyMs: 20,
  ttlMs: 30_000,
  disk: { granularityMs: 0.001, isCaseBlind: false, hasHardLinks: true, reusesInodes: false, hasOrderedJournal: true },
};

/** Steps ten seconds apart, on plain machines. */
function storyOf(clients: number, steps: readonly (Pick<Step, 'client' | 'deed'> & Partial<Step>)[]): Scenario {
  return {
    seed: 0,
    clients: Array.from({ length: clients }, () => ({ ...makeTraits(createRandom('plain')), ...PLAIN })),
    remote: { wantsBareEtags: false, keepsChecksums: true, clockAheadMs: 0 },
    steps: steps.map((step, id) => ({ at: id * 10_000, strikes: [], ...step, id })),
    endsNextDay: false,
  };
}
