import { nodeCodec } from '../../../src/adapters/codec.ts';
import type { ETag, ObjectStore } from '../../../src/engine/ports.ts';
import { bytes, refusal } from './check.ts';

/** What real stores do differently, as measured. */
export interface Traits {
  /** The form of ETag that a swap takes. */
  readonly ifMatch: 'quoted' | 'bare' | 'both';
  /** Whether HEAD gives the checksum back. */
  readonly keepsSha256: boolean;
  /** What a swap of an absent key answers. */
  readonly swapOfMissing: 'missing' | 'precondition';
}

const bare = (etag: ETag) => etag.replaceAll('"', '');

/** Asks a store what it does where stores differ; throws when it does what no store may. */
export async function measure(store: ObjectStore): Promise<Traits> {
  const sha256 = nodeCodec.sha256('one');
  const first = await store.put('trait', bytes('one'), { sha256 });
  const keepsSha256 = (await store.head('trait')).sha256 === sha256;
  const swap = (etag: ETag, text: string) =>
    store.put('trait', bytes(text), { condition: { kind: 'match', etag }, once: true });
  const quoted = await swap(first.etag, 'two').catch((error: unknown) => refusal(error));
  const current = typeof quoted === 'string' ? first.etag : quoted.etag;
  const unquoted = await swap(bare(current), 'three').catch((error: unknown) => refusal(error));
  const absent = await store
    .put('trait-absent', bytes('x'), { condition: { kind: 'match', etag: bare(current) }, once: true })
    .catch((error: unknown) => refusal(error));
  if (typeof quoted === 'string' && typeof unquoted === 'string')
    throw new Error(`no swap succeeds: ${quoted}, ${unquoted}`);
  if (absent !== 'missing' && absent !== 'precondition')
    throw new Error(`swap of an absent key: ${JSON.stringify(absent)}`);
  const ifMatch = typeof quoted === 'string' ? 'bare' : typeof unquoted === 'string' ? 'quoted' : 'both';
  return { ifMatch, keepsSha256, swapOfMissing: absent };
}

/** An ETag in the form this store takes. */
export const named = (traits: Traits, etag: ETag): ETag => (traits.ifMatch === 'bare' ? bare(etag) : etag);
