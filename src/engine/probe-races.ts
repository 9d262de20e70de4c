import type { StoreErrorKind } from '../core/errors.ts';
import { all } from './all.ts';
import type { ETag, Ids, ObjectStore, PutOptions } from './ports.ts';
import { storeErrorKind } from './store-error.ts';

const ROUNDS = 4;
const RACERS = 16;

// How a store may say that another was first; some answer the losers of a race with any error at all.
const LOST: ReadonlySet<StoreErrorKind> = new Set([
  'precondition',
  'conflict',
  'missing',
  'rejected',
  'unsupported',
  'busy',
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
  signal?: AbortSignal,
): Promise<number> {
  let most = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = `probe/${ids.uuid()}`;
    const created = await race(key, { kind: 'absent' });
    const [etag] = created;
    const replaced = etag === undefined ? [] : await race(key, { kind: 'match', etag: inForm(etag) });
    most = Math.max(most, created.length, replaced.length);
  }
  return most;

  async function race(key: string, condition: NonNullable<PutOptions['condition']>): Promise<readonly ETag[]> {
    const answers = await all(Array.from({ length: RACERS }, () => attempt(key, condition)));
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
