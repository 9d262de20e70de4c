import pLimit from 'p-limit';
import { SyncError } from '../../core/errors.ts';
import { parseHead, serialiseHead } from '../../core/format/head-record.ts';
import { CAPS, type Head } from '../../core/format/records.ts';
import { judgeSwap } from '../../core/swap.ts';
import type { Clock, ETag, Ids, Log, ObjectStore } from '../ports.ts';
import { getHead, getHeadAtOnce, HEAD_KEY, type HeadObject } from './head-object.ts';
import { storeErrorKind } from './store-error.ts';

/** The register as last read or written. `head` null: nothing is there. */
export interface RegisterState {
  readonly head: Head | null;
  readonly etag: ETag | null;
  /** Monotonic milliseconds when this ETag was first seen here. */
  readonly firstSeen: number;
  /** The store's `Date` minus `Last-Modified` of the answer that brought it; null after our own write or without one. */
  readonly storeAgeMs: number | null;
}

export type SwapOutcome =
  | { readonly kind: 'won'; readonly state: RegisterState }
  /** Our commit is in, and the register has moved on. */
  | { readonly kind: 'superseded'; readonly state: RegisterState }
  | { readonly kind: 'lost'; readonly state: RegisterState }
  /** `build` gave null for what stands there. */
  | { readonly kind: 'declined'; readonly state: RegisterState }
  /** Neither: the first request may still land. Nothing may be deleted, and the journal entry stays. */
  | { readonly kind: 'unknown'; readonly state: RegisterState; readonly cause: unknown };

export interface SwapOptions {
  /** Whether `build` sets a commit. */
  readonly commits?: boolean;
  readonly timeoutMs?: number;
  /** Once aborted, nothing more is sent: a swap in doubt is then `unknown`. */
  readonly signal?: AbortSignal | undefined;
  /** Sees the write before it is sent: the place for a journal. */
  readonly before?: (next: Head, named: ETag | null) => Promise<void>;
}

/** How the store takes the ETag of If-Match, found by the probe. */
export type EtagForm = 'quoted' | 'bare';

export interface Register {
  /** The latest known state, without a request. */
  known(): RegisterState | null;
  /** One conditional GET. */
  read(signal?: AbortSignal): Promise<RegisterState>;
  /** As `read`, but one attempt that waits for no other request, for ten seconds at most: while a tenure runs. */
  readAtOnce(signal?: AbortSignal): Promise<RegisterState>;
  /** Reads back what a cache kept, so that the first `read` can answer 304. */
  prime(text: string, etag: ETag): void;
  /** The text `prime` takes; null without a head. */
  cached(): { readonly text: string; readonly etag: ETag } | null;
  /** Compare-and-swap from the latest known state. All writes of a process pass one queue. */
  swap(build: (head: Head | null) => Head | null, options?: SwapOptions): Promise<SwapOutcome>;
  setEtagForm(form: EtagForm): void;
  /** A named version was refused although it stands, and the form of ETags was not set since: probe again. */
  isFormInDoubt(): boolean;
}

const RESENDS = 4;
const SWAP_TIMEOUT_MS = 10_000;

/** The one mutable object of a remote. Errors: StoreError of the store; SyncError corrupt, newer-format, unsafe-store. */
export function createRegister(store: ObjectStore, clock: Clock, ids: Ids, log: Log): Register {
  const queue = pLimit(1);
  let state: RegisterState | null = null;
  let etagForm: EtagForm = 'quoted';
  let formInDoubt = false;

  const namedForm = (etag: ETag) => (etagForm === 'bare' ? etag.replaceAll('"', '') : etag);

  async function read(signal?: AbortSignal): Promise<RegisterState> {
    const before = state;
    return take(await getHead(store, { ...unlessStill(before), signal }), before);
  }

  async function readAtOnce(signal?: AbortSignal): Promise<RegisterState> {
    const before = state;
    return take(await getHeadAtOnce(store, clock, SWAP_TIMEOUT_MS, { ...unlessStill(before), signal }), before);
  }

  function take(answer: HeadObject | 'unchanged' | null, before: RegisterState | null): RegisterState {
    if (answer === 'unchanged' && before) return keep(before, before);
    if (answer === null || answer === 'unchanged') {
      if (before?.head) throw vanished();
      return keep({ head: null, etag: null, firstSeen: clock.monotonic(), storeAgeMs: null }, before);
    }
    return keep({ ...answer, firstSeen: clock.monotonic() }, before);
  }

  // A slower reader must not bring back what a later answer has replaced: an unchanged ETag keeps its first sight.
  function keep(next: RegisterState, before: RegisterState | null): RegisterState {
    if (state !== before && state !== null) return state;
    if (state !== null && state.etag === next.etag) return state;
    state = next;
    return next;
  }

  async function swapNow(build: (head: Head | null) => Head | null, options: SwapOptions): Promise<SwapOutcome> {
    const from = state ?? (await read(options.signal));
    const next = build(from.head);
    if (next === null) return { kind: 'declined', state: from };
    const body = new TextEncoder().encode(serialiseHead(next));
    if (body.byteLength > CAPS.head) throw tooLarge();
    await options.before?.(next, from.etag);
    let cause: unknown;
    for (let attempt = 0; attempt < RESENDS; attempt += 1) {
      if (options.signal?.aborted) {
        if (attempt === 0) throw options.signal.reason;
        break;
      }
      const answer = await send(body, from.etag, options);
      if (answer.kind === 'stored') {
        state = { head: next, etag: answer.etag, firstSeen: clock.monotonic(), storeAgeMs: null };
        return { kind: 'won', state };
      }
      cause = answer.error;
      const found = await readBack(options.timeoutMs);
      if (found === 'unreadable') {
        await clock.sleep(backoff(attempt));
        continue;
      }
      const verdict = judgeSwap({
        sent: next,
        commits: options.commits === true,
        named: from.etag,
        answer: answer.kind,
        found,
      });
      log.debug(`swap of the register: ${answer.kind}, read back: ${verdict}`);
      const moved: RegisterState = {
        head: found?.head ?? null,
        etag: found?.etag ?? null,
        firstSeen: found?.etag === from.etag ? from.firstSeen : clock.monotonic(),
        storeAgeMs: null,
      };
      switch (verdict) {
        case 'won':
        case 'superseded':
        case 'lost':
          state = moved;
          return { kind: verdict, state };
        case 'vanished':
          throw vanished();
        case 'unsupported':
          throw new SyncError(
            'unsafe-store',
            `${store.name} does not take conditional writes`,
            'Nothing was written. Use a store with compare-and-swap; reading still works here.',
            { cause },
          );
        case 'misjudged':
          formInDoubt = true;
          state = moved;
          return { kind: 'unknown', state, cause };
        case 'ask-the-chain':
          state = moved;
          return { kind: 'unknown', state, cause };
        case 'resend':
          await clock.sleep(backoff(attempt));
      }
    }
    return { kind: 'unknown', state: from, cause };
  }

  async function send(body: Uint8Array, named: ETag | null, options: SwapOptions) {
    try {
      const { etag } = await store.put(HEAD_KEY, body, {
        condition: named === null ? { kind: 'absent' } : { kind: 'match', etag: namedForm(named) },
        once: true,
        timeoutMs: options.timeoutMs ?? SWAP_TIMEOUT_MS,
        contentType: 'application/json',
      });
      return { kind: 'stored', etag } as const;
    } catch (error) {
      const kind = storeErrorKind(error);
      if (kind === null || kind === 'credentials' || kind === 'denied' || kind === 'no-bucket' || kind === 'rejected')
        throw error;
      return { kind, error } as const;
    }
  }

  // Not with the caller's signal: what a swap did must be learned even while things are being stopped.
  async function readBack(timeoutMs = SWAP_TIMEOUT_MS) {
    try {
      const found = await getHeadAtOnce(store, clock, timeoutMs);
      return found === 'unchanged' ? null : found;
    } catch (error) {
      if (error instanceof SyncError) throw error;
      return 'unreadable' as const;
    }
  }

  const backoff = (attempt: number) => (100 + 400 * ids.random()) * 2 ** attempt;

  const vanished = () =>
    new SyncError(
      'corrupt',
      `${store.name}: ${HEAD_KEY} was there and is gone`,
      'Nothing was written. Restore the object (bucket versioning keeps it), or ask who emptied the bucket.',
    );

  // Every reader, ourselves included, would refuse it, and nobody could ever replace it.
  const tooLarge = () =>
    new SyncError(
      'failed',
      `${store.name}: ${HEAD_KEY} would be over ${CAPS.head} bytes`,
      'Nothing was written. Something in it is far too long: a purpose, or what a newer version keeps there.',
    );

  return {
    known: () => state,
    read,
    readAtOnce,
    prime(text, etag) {
      const parsed = parseHead(text);
      if (parsed.ok) state = { head: parsed.value, etag, firstSeen: clock.monotonic(), storeAgeMs: null };
    },
    cached: () => (state?.head && state.etag ? { text: serialiseHead(state.head), etag: state.etag } : null),
    swap: (build, options = {}) => queue(() => swapNow(build, options)),
    isFormInDoubt: () => formInDoubt,
    setEtagForm(form) {
      etagForm = form;
      formInDoubt = false;
    },
  };
}

const unlessStill = (seen: RegisterState | null) => (seen?.etag ? { ifNoneMatch: seen.etag } : {});
