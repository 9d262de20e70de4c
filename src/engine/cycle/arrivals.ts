import type { Problem } from '../../core/errors.ts';
import type { Entry } from '../../core/format/tree.ts';
import type { Step } from '../../core/plan/plan.ts';
import { planReads } from '../../core/plan/plan-reads.ts';
import { type Fetched, type FetchParts, fetchEntry } from '../contents/download.ts';
import { openFetcher } from '../contents/fetch-together.ts';
import { AT_ONCE, each } from '../each.ts';
import type { StagedFile } from '../ports.ts';

/** What steps have in staging. */
export interface Arrived {
  readonly ready: readonly { readonly step: Step; readonly file: StagedFile }[];
  readonly problems: readonly Problem[];
  /** An object was gone: the head tells whether it was collected or is damage. */
  readonly missing: readonly Problem[];
  /** What has ended it before all were there. */
  readonly failure: { readonly error: unknown } | null;
}

/** Brings what steps ask of the remote into staging, each content verified. Never rejects, and all has come to rest when it answers. */
export function openArrivals(parts: FetchParts): (steps: readonly Step[]) => Promise<Arrived> {
  const fetchTogether = openFetcher(parts, entryOf);

  return async (steps) => {
    const arrived = { ready: [] as Arrived['ready'][number][], problems: [] as Problem[], missing: [] as Problem[] };
    const failure = await fetchAll(steps.filter(isArrival), take).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    return { ...arrived, failure };

    function take(step: Arrival, fetched: Fetched) {
      if (fetched.kind === 'staged') return void arrived.ready.push({ step, file: fetched.file });
      arrived[fetched.kind === 'missing' ? 'missing' : 'problems'].push({ path: step.path, reason: fetched.reason });
    }
  };

  async function fetchAll(steps: readonly Arrival[], take: (step: Arrival, fetched: Fetched) => void): Promise<void> {
    const { together, alone } = planReads(steps, entryOf);
    const left: Arrival[] = [...alone];
    await each(together, AT_ONCE, async (read) => {
      const fetched = await fetchTogether(read);
      for (const { item } of read.wanted) {
        const answer = fetched.get(item);
        if (answer) take(item, answer);
        else left.push(item);
      }
    });
    await each(left, AT_ONCE, async (step) => {
      take(step, await fetchEntry(parts, step.remote));
    });
  }
}

type Arrival = Step & { readonly remote: Entry };

const isArrival = (step: Step): step is Arrival => step.kind !== 'delete-local' && step.remote !== null;

const entryOf = ({ remote }: Arrival): Entry => remote;
