import { StoreError, SyncError } from '../../core/errors.ts';
import { parseHead } from '../../core/format/head-record.ts';
import { CAPS, type Head } from '../../core/format/records.ts';
import type { Clock, ETag, GetOptions, ObjectStore } from '../ports.ts';
import { readAll } from './read-object.ts';
import { storeErrorKind } from './store-error.ts';

export const HEAD_KEY = 'head.json';

export interface HeadObject {
  readonly head: Head;
  readonly etag: ETag;
  /** The store's `Date` minus `Last-Modified` of the answer; null where it names none. */
  readonly storeAgeMs: number | null;
}

/** One GET of the register; null when it is absent. Errors: StoreError of the store; SyncError corrupt, newer-format. */
export async function getHead(store: ObjectStore, options: GetOptions = {}): Promise<HeadObject | 'unchanged' | null> {
  try {
    const found = await store.get(HEAD_KEY, options);
    if (found.kind === 'unchanged') return 'unchanged';
    const parsed = parseHead(await textOf(store, found.body));
    if (!parsed.ok) throw unreadable(store, parsed.problem.kind, parsed.problem.message);
    const storeAgeMs = found.lastModified === 0 ? null : found.date - found.lastModified;
    return { head: parsed.value, etag: found.etag, storeAgeMs };
  } catch (error) {
    if (storeErrorKind(error) === 'missing') return null;
    throw error;
  }
}

/** As `getHead`, in one attempt that waits for no other request, and for its answer no longer than `timeoutMs`, the body included. */
export async function getHeadAtOnce(
  store: ObjectStore,
  clock: Pick<Clock, 'after'>,
  timeoutMs: number,
  { signal, ...options }: Omit<GetOptions, 'once'> = {},
): Promise<HeadObject | 'unchanged' | null> {
  const timeout = new AbortController();
  const cancel = clock.after(timeoutMs, () =>
    timeout.abort(new StoreError('unreachable', `${store.name}: ${HEAD_KEY} could not be read in time.`)),
  );
  try {
    const either = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
    return await getHead(store, { ...options, once: true, signal: either });
  } catch (error) {
    throw timeout.signal.aborted ? timeout.signal.reason : error;
  } finally {
    cancel();
  }
}

/** It was seen, and is not there any more. */
export const headVanished = (store: ObjectStore): SyncError =>
  new SyncError(
    'corrupt',
    `${store.name}: ${HEAD_KEY} was there and is gone`,
    'Nothing was written. Restore the object (bucket versioning keeps it), or ask who emptied the bucket.',
  );

async function textOf(store: ObjectStore, body: AsyncIterable<Uint8Array>): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readAll(body, CAPS.head));
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw unreadable(store, 'corrupt', error instanceof RangeError ? error.message : 'it is not UTF-8 text');
  }
}

const unreadable = (store: ObjectStore, kind: 'corrupt' | 'newer-format', why: string) =>
  new SyncError(
    kind,
    `${store.name}: ${HEAD_KEY} cannot be used: ${why}`,
    kind === 'newer-format'
      ? 'Nothing was written. Update Datastore Sync on this machine.'
      : 'Nothing was written. Restore an earlier version of the object, or use another prefix.',
  );
