import { parseHead, serialiseHead } from '../../core/format/head-record.ts';
import type { Head } from '../../core/format/records.ts';
import type { Clock, ETag, GetOptions, ObjectStore } from '../ports.ts';
import { getHead, getHeadAtOnce, type HeadObject, headVanished } from './head-object.ts';

/** The register as last read or written. `head` null: nothing is there. */
export interface RegisterState {
  readonly head: Head | null;
  readonly etag: ETag | null;
  /** Monotonic milliseconds when this ETag was first seen here. */
  readonly firstSeen: number;
  /** The store's `Date` minus `Last-Modified` of the answer that brought it; null after our own write or without one. */
  readonly storeAgeMs: number | null;
}

/** What this process knows of the register, and how it learns more. */
export interface KnownHead {
  /** The latest known state, without a request. */
  known(): RegisterState | null;
  /** The same, if the store has said so within `ms`; null, too, where a write is in doubt, or the last reading failed. */
  lately(ms: number): RegisterState | null;
  /** One conditional GET. */
  read(signal?: AbortSignal): Promise<RegisterState>;
  /** As `read`, but one attempt that waits for no other request, for ten seconds at most: while a tenure runs. */
  readAtOnce(signal?: AbortSignal): Promise<RegisterState>;
  /** Reads back what a cache kept, so that the first `read` can answer 304. */
  prime(text: string, etag: ETag): void;
  /** The text `prime` takes; null without a head. */
  cached(): { readonly text: string; readonly etag: ETag } | null;
  /** A write is sent: until its outcome is known nothing stands for sure. */
  doubt(): void;
  /** What a swap has shown to stand there. */
  replace(state: RegisterState): void;
}

const AT_ONCE_MS = 10_000;

export function trackHead(store: ObjectStore, clock: Clock): KnownHead {
  let state: RegisterState | null = null;
  /** Monotonic milliseconds when it stood there for sure. */
  let stoodAt: number | null = null;
  /** Writes that were sent: a reading on its way meanwhile does not tell what came of them. */
  let writes = 0;

  async function take(
    ask: (options: Pick<GetOptions, 'ifNoneMatch'>) => ReturnType<typeof getHead>,
  ): Promise<RegisterState> {
    const before = state;
    const sent = clock.monotonic();
    const sentAfter = writes;
    try {
      const answer = await ask(unlessStill(before));
      const taken = takeIn(answer, before);
      const said = answer === 'unchanged' ? before?.etag : answer?.etag;
      if (said === taken.etag && writes === sentAfter) stoodAt = Math.max(stoodAt ?? sent, sent);
      return taken;
    } catch (error) {
      stoodAt = null;
      throw error;
    }
  }

  function takeIn(answer: HeadObject | 'unchanged' | null, before: RegisterState | null): RegisterState {
    if (answer === 'unchanged' && before) return keep(before, before);
    if (answer === null || answer === 'unchanged') {
      if (before?.head) throw headVanished(store);
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

  return {
    known: () => state,
    lately: (ms) => (stoodAt !== null && clock.monotonic() - stoodAt <= ms ? state : null),
    read: (signal) => take((options) => getHead(store, { ...options, signal })),
    readAtOnce: (signal) => take((options) => getHeadAtOnce(store, clock, AT_ONCE_MS, { ...options, signal })),
    prime(text, etag) {
      const parsed = parseHead(text);
      if (parsed.ok) state = { head: parsed.value, etag, firstSeen: clock.monotonic(), storeAgeMs: null };
    },
    cached: () => (state?.head && state.etag ? { text: serialiseHead(state.head), etag: state.etag } : null),
    doubt() {
      writes += 1;
      stoodAt = null;
    },
    replace(next) {
      state = next;
      stoodAt = clock.monotonic();
    },
  };
}

const unlessStill = (seen: RegisterState | null) => (seen?.etag ? { ifNoneMatch: seen.etag } : {});
