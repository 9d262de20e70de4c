import { type StoreErrorKind, SyncError } from '../../core/errors.ts';
import type { Clock, Codec, ETag, Ids, ObjectStore, PutOptions } from '../ports.ts';
import { mostWinners, type RaceSize } from './probe-races.ts';
import type { EtagForm } from './register.ts';
import { storeErrorKind } from './store-error.ts';

/** What a store was found to do. Cached for each endpoint, bucket and prefix. */
export interface Capabilities {
  readonly etagForm: EtagForm;
  /** Whether a wrong SHA-256 is refused. */
  readonly checksChecksums: boolean;
}

export interface ProbeParts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly codec: Codec;
}

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 200;
// Says nothing about what the store can do. Each request alone is sent once, for a second answer would say something else.
const TRANSIENT: ReadonlySet<StoreErrorKind> = new Set(['busy', 'throttled', 'unreachable', 'conflict']);

/**
 * Tries what the compare-and-swap rests on, one request after another and then many at once: stores lie. Leaves its objects under `probe/`, which
 * counts as empty. SyncError('unsafe-store') with the finding in words.
 */
export async function probeStore(parts: ProbeParts, races: RaceSize, signal?: AbortSignal): Promise<Capabilities> {
  const { clock, ids } = parts;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await probeOnce(parts, races, signal);
    } catch (error) {
      const kind = storeErrorKind(error);
      if (kind === null || !TRANSIENT.has(kind) || attempt >= ATTEMPTS) throw error;
    }
    await clock.sleep(ids.random() * FIRST_DELAY_MS * 2 ** attempt, signal);
  }
}

async function probeOnce(
  { store, ids, codec }: ProbeParts,
  races: RaceSize,
  signal?: AbortSignal,
): Promise<Capabilities> {
  const key = `probe/${ids.uuid()}`;
  const bytes = (text: string) => new TextEncoder().encode(`${text} ${ids.nonce()}\n`);

  const put = async (at: string, condition: PutOptions['condition']): Promise<{ etag: ETag } | StoreErrorKind> => {
    try {
      return await store.put(at, bytes('probe'), { ...(condition ? { condition } : {}), once: true, signal });
    } catch (error) {
      const kind = storeErrorKind(error);
      if (kind === null || !ANSWERS.has(kind)) throw error;
      return kind;
    }
  };

  const first = await put(key, { kind: 'absent' });
  if (typeof first === 'string') throw unsafe(store, `creating an object only if it is absent answers "${first}"`);
  const second = await put(key, { kind: 'absent' });
  if (second !== 'precondition')
    throw unsafe(store, 'creating an object only if it is absent replaces one that is there');

  const forms: readonly [EtagForm, ETag][] = [
    ['quoted', first.etag],
    ['bare', first.etag.replaceAll('"', '')],
  ];
  let taken: { form: EtagForm; etag: ETag } | null = null;
  for (const [form, etag] of forms) {
    const swapped = await put(key, { kind: 'match', etag });
    if (typeof swapped !== 'string') {
      taken = { form, etag: swapped.etag };
      break;
    }
  }
  if (taken === null) throw unsafe(store, 'replacing a version by its own ETag is refused');
  const inForm = (etag: ETag) => (taken.form === 'bare' ? etag.replaceAll('"', '') : etag);

  const stale = await put(key, { kind: 'match', etag: inForm(first.etag) });
  if (stale !== 'precondition')
    throw unsafe(store, 'replacing a version that is no longer there is not refused with 412');
  const absent = await put(`probe/${ids.uuid()}`, { kind: 'match', etag: inForm(first.etag) });
  if (absent !== 'precondition' && absent !== 'missing')
    throw unsafe(store, 'replacing what does not exist is not refused');
  const winners = await mostWinners(store, ids, inForm, races, signal);
  if (winners > 1) throw unsafe(store, `of writers at the same moment ${winners} are told that they won`);

  return { etagForm: taken.form, checksChecksums: await refusesWrongChecksum(store, ids, codec, signal) };
}

const ANSWERS: ReadonlySet<StoreErrorKind> = new Set(['precondition', 'unsupported', 'missing', 'rejected']);

async function refusesWrongChecksum(
  store: ObjectStore,
  ids: Ids,
  codec: Codec,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await store.put(`probe/${ids.uuid()}`, new TextEncoder().encode('a'), {
      sha256: codec.sha256('b'),
      once: true,
      signal,
    });
    return false;
  } catch (error) {
    const kind = storeErrorKind(error);
    if (kind === 'checksum' || kind === 'rejected') return true;
    throw error;
  }
}

function unsafe(store: ObjectStore, finding: string): SyncError {
  return new SyncError(
    'unsafe-store',
    `${store.name} has no working compare-and-swap: ${finding}`,
    'Nothing is written to it, because two writers could overwrite each other. Pulling still works. Use a store with conditional writes.',
  );
}
