import { type StoreErrorKind, SyncError } from '../../core/errors.ts';
import { serialiseHead } from '../../core/format/head-record.ts';
import { CAPS, type Head } from '../../core/format/records.ts';
import { judgeSwap } from '../../core/swap.ts';
import type { Clock, ETag, Ids, Log, ObjectStore } from '../ports.ts';
import { getHeadAtOnce, HEAD_KEY, type HeadObject, headVanished } from './head-object.ts';
import type { KnownHead, RegisterState } from './known-head.ts';
import { storeErrorKind } from './store-error.ts';

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

/** Writes of the register, one at a time: the caller queues them. */
export interface HeadSwapper {
  /** Compare-and-swap from the latest known state. */
  swap(build: (head: Head | null) => Head | null, options: SwapOptions): Promise<SwapOutcome>;
  setEtagForm(form: EtagForm): void;
  /** A named version was refused although it stands, and the form of ETags was not set since: probe again. */
  isFormInDoubt(): boolean;
}

export interface SwapParts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** A write that got no 200: what it was, and what stands there now. */
interface Doubt {
  readonly from: RegisterState;
  readonly sent: Head;
  readonly commits: boolean;
  readonly answer: StoreErrorKind;
  readonly cause: unknown;
  readonly found: HeadObject | null;
}

const RESENDS = 4;
const SWAP_TIMEOUT_MS = 10_000;

export function createHeadSwapper({ store, clock, ids, log }: SwapParts, known: KnownHead): HeadSwapper {
  let etagForm: EtagForm = 'quoted';
  let formInDoubt = false;

  const namedForm = (etag: ETag) => (etagForm === 'bare' ? etag.replaceAll('"', '') : etag);

  async function swap(build: (head: Head | null) => Head | null, options: SwapOptions): Promise<SwapOutcome> {
    const from = known.known() ?? (await known.read(options.signal));
    const next = build(from.head);
    if (next === null) return { kind: 'declined', state: from };
    const body = bytesOf(next);
    await options.before?.(next, from.etag);
    let cause: unknown;
    for (let attempt = 0; attempt < RESENDS; attempt += 1) {
      if (options.signal?.aborted) {
        if (attempt === 0) throw options.signal.reason;
        break;
      }
      known.doubt();
      const answer = await send(body, from.etag, options);
      if (answer.kind === 'stored') {
        const state = { head: next, etag: answer.etag, firstSeen: clock.monotonic(), storeAgeMs: null };
        known.replace(state);
        return { kind: 'won', state };
      }
      cause = answer.error;
      const found = await readBack(options.timeoutMs);
      const commits = options.commits === true;
      const outcome =
        found === 'unreadable' ? 'resend' : conclude({ from, sent: next, commits, answer: answer.kind, cause, found });
      if (outcome !== 'resend') return outcome;
      await clock.sleep(backoffMs(attempt));
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

  function conclude({ from, sent, commits, answer, cause, found }: Doubt): SwapOutcome | 'resend' {
    const verdict = judgeSwap({ sent, commits, named: from.etag, answer, found });
    log.debug(`swap of the register: ${answer}, read back: ${verdict}`);
    if (verdict === 'resend') return verdict;
    if (verdict === 'vanished') throw headVanished(store);
    if (verdict === 'unsupported') throw unsupported(cause);
    const state: RegisterState = {
      head: found?.head ?? null,
      etag: found?.etag ?? null,
      firstSeen: found?.etag === from.etag ? from.firstSeen : clock.monotonic(),
      storeAgeMs: null,
    };
    known.replace(state);
    if (verdict === 'misjudged') formInDoubt = true;
    return verdict === 'misjudged' || verdict === 'ask-the-chain'
      ? { kind: 'unknown', state, cause }
      : { kind: verdict, state };
  }

  function bytesOf(head: Head): Uint8Array {
    const body = new TextEncoder().encode(serialiseHead(head));
    if (body.byteLength <= CAPS.head) return body;
    // Every reader, ourselves included, would refuse it, and nobody could ever replace it.
    throw new SyncError(
      'failed',
      `${store.name}: ${HEAD_KEY} would be over ${CAPS.head} bytes`,
      'Nothing was written. Something in it is far too long: a purpose, or what a newer version keeps there.',
    );
  }

  const unsupported = (cause: unknown) =>
    new SyncError(
      'unsafe-store',
      `${store.name} does not take conditional writes`,
      'Nothing was written. Use a store with compare-and-swap; reading still works here.',
      { cause },
    );

  const backoffMs = (attempt: number) => (100 + 400 * ids.random()) * 2 ** attempt;

  return {
    swap,
    setEtagForm(form) {
      etagForm = form;
      formInDoubt = false;
    },
    isFormInDoubt: () => formInDoubt,
  };
}
