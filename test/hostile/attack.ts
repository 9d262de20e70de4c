import { type Applied, applyKeys } from './apply-keys.ts';
import { type Judged, judgeKeys } from './judge-keys.ts';
import { createRandom } from './random.ts';
import { type Synced, syncKeys } from './sync-keys.ts';

/** How many keys go to which part. */
export interface Scale {
  readonly seed: number;
  readonly judged: number;
  readonly applied: number;
  readonly synced: number;
}

export interface Attacked extends Scale {
  readonly judgements: Judged;
  readonly applications: Applied;
  readonly cycles: Synced;
  /** In words; none is the claim. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

/** Keys in one folder, and in one index: more would only be slower. */
const IN_ONE_FOLDER = 10_000;
const IN_ONE_INDEX = 2_500;

/** Generated keys at every gate on their way from a remote to the disk. Rejects with an AssertionError where something escapes. */
export async function attack(scale: Scale): Promise<Attacked> {
  const started = performance.now();
  const judgements = judgeKeys(createRandom(scale.seed), scale.judged);
  const applications: Applied = { paths: { done: 0, moved: 0, refused: 0 }, others: { done: 0, moved: 0, refused: 0 } };
  for (const [round, count] of rounds(scale.applied, IN_ONE_FOLDER))
    add(applications, await applyKeys(createRandom(scale.seed + 1_000 + round), count));
  const cycles = { entries: 0, arrived: 0, reported: 0, refused: 0, good: 0 };
  for (const [round, count] of rounds(scale.synced, IN_ONE_INDEX)) {
    const more = await syncKeys(createRandom(scale.seed + 2_000 + round), count);
    for (const name of ['entries', 'arrived', 'reported', 'refused', 'good'] as const) cycles[name] += more[name];
  }
  const failures = [
    ...judgements.wrong.map((what) => `the validator differs from the format: ${what}`),
    ...judgements.twins.missed.map((what) => `not seen as twins: ${what}`),
  ];
  return { ...scale, judgements, applications, cycles, failures, seconds: (performance.now() - started) / 1000 };
}

function* rounds(total: number, most: number): Iterable<readonly [round: number, count: number]> {
  for (let done = 0, round = 0; done < total; done += most, round += 1) yield [round, Math.min(most, total - done)];
}

function add(to: Applied, more: Applied): void {
  for (const side of ['paths', 'others'] as const)
    for (const kind of ['done', 'moved', 'refused'] as const) to[side][kind] += more[side][kind];
}
