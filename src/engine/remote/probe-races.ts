import type { StoreErrorKind } from '../../core/errors.ts';
import { all } from '../all.ts';
import type { ETag, Ids, ObjectStore, PutOptions } from '../ports.ts';
import { storeErrorKind } from './store-error.ts';

/** How hard a store is pressed: `whole` where a person asks how far it can be trusted, `small` where they wait for a first write. */
export type RaceSize = 'small' | 'whole';

export const RACES: Readonly<Record<RaceSize, { readonly rounds: number; readonly writers: number }>> = {
  small: { rounds: 4, writers: 16 },
  whole: { rounds: 8, writers: 32 },
};

// How a store may say that another was first; some answer the losers of a race with any error at all.
const LOST: ReadonlySet<StoreErrorKind> = new Set([
  'precondition',
  'conflict',
  'missing',
  'rejected',
  'unsupported',
  'busy',
  'throttled',
  'unreachable',
]);

/**
 * The most that won of writers who create one object, or replace one version of it, at the same moment: more than one where a
 * store checks and writes in two steps, which no request alone can show. `inForm` gives an ETag as this store takes it.
 */
export async function mostWinners(
  store: ObjectStore,
  ids: Ids,
  inForm: (etag: ETag) => ETag,
  size: RaceSize,
  signal?: AbortSignal,
): Promise<number> {
  const { rounds, writers } = RACES[size];
  let most = 0;
  for (let round = 0; round < rounds; round += 1) {
    const key = `probe/${ids.uuid()}`;
    const created = await race(key, { kind: 'absent' });
    const [etag] = created;
    const replaced = etag === undefined ? [] : await race(key, { kind: 'match', etag: inForm(etag) });
    most = Math.max(most, created.length, replaced.length);
  }
  return most;

  async function race(key: string, condition: NonNullable<PutOptions['condition']>): Promise<readonly ETag[]> {
    const answers = await all(Array.from({ length: writers }, () => attempt(key, condition)));
    return answers.flatMap((etag) => (etag === null ? [] : [etag]));
  }

  async function attempt(key: string, condition: NonNullable<PutOptions['condition']>): Promise<ETag | null> {
    const body = new TextEncoder().encode(`race ${ids.nonce()}\n`);
    try {
      return (await store.put(key, body, { condition, once: true, signal })).etag;
    } catch (error) {
      const kind = storeErrorKind(error);
      if (kind !== null && LOST.has(kind)) return null;
      throw error;
    }
  }
}
