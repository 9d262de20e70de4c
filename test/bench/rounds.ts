import type { Story } from './workload.ts';

/** How long a program takes, which says how often it can be asked to. */
export type Pace = 'ours' | 'fast' | 'middling' | 'slow' | 'crawling';

type Most = Readonly<Record<Story, number>>;

const AS_ASKED = Number.POSITIVE_INFINITY;
const ALONE = { probe: 0, everyday: 0, million: 0 } as const;

/** The most rounds of each, so that all of it ends within ninety minutes: `near` without latency, `far` with it. */
const MOST: Readonly<Record<Pace, { readonly near: Most; readonly far: Most }>> = {
  ours: {
    near: { probe: AS_ASKED, files: AS_ASKED, large: AS_ASKED, many: 3, everyday: AS_ASKED, million: 1 },
    far: { probe: AS_ASKED, files: AS_ASKED, large: AS_ASKED, many: 3, everyday: AS_ASKED, million: 0 },
  },
  fast: {
    near: { ...ALONE, files: AS_ASKED, large: AS_ASKED, many: 3 },
    far: { ...ALONE, files: AS_ASKED, large: AS_ASKED, many: 3 },
  },
  middling: {
    near: { ...ALONE, files: AS_ASKED, large: 2, many: 1 },
    far: { ...ALONE, files: AS_ASKED, large: 2, many: 1 },
  },
  slow: { near: { ...ALONE, files: 2, large: 2, many: 1 }, far: { ...ALONE, files: 1, large: 1, many: 0 } },
  crawling: { near: { ...ALONE, files: 1, large: 1, many: 1 }, far: { ...ALONE, files: 0, large: 1, many: 0 } },
};

/** Rounds that count; 0: it does not take part. */
export const roundsOf = (pace: Pace, story: Story, latency: number, runs: number): number =>
  Math.min(runs, MOST[pace][latency === 0 ? 'near' : 'far'][story]);

/** Whether a round that does not count goes before: of those that are played once, that would be half of the time. */
export const hasWarmUp = (rounds: number, story: Story): boolean => rounds > 2 && story !== 'many';
