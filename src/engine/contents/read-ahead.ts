import type { Entry, Slice } from '../../core/format/tree.ts';
import type { ObjectStore } from '../ports.ts';
import type { ByteBudget } from './byte-budget.ts';
import { once, windowBytes } from './encoding.ts';
import { readRange } from './read-range.ts';

/** Slices on their way or in memory, besides the one that is used. */
const AHEAD = 3;
/** Larger ones, which only others write, are streamed when they are wanted. Bytes. */
const LARGE_BYTES = 16 << 20;

export interface AheadParts {
  readonly store: ObjectStore;
  readonly budget: ByteBudget;
  readonly signal: AbortSignal | undefined;
  /** Streams a slice by itself: what could not be had in one piece, which tells why. */
  readonly open: (slice: Slice) => Promise<AsyncIterable<Uint8Array>>;
}

/**
 * The stored bytes of each slice in their order. While one is used the next ones come into memory, within the budget, as does what it
 * takes to decode them.
 */
export async function* readAhead(
  { store, budget, signal, open }: AheadParts,
  { slices, size }: Pick<Entry, 'slices' | 'size'>,
): AsyncGenerator<{ readonly slice: Slice; readonly stored: AsyncIterable<Uint8Array> }> {
  const begun: Promise<Held>[] = [];
  const waiting = slices[Symbol.iterator]();
  const given = new AbortController();
  const stop = signal ? AbortSignal.any([signal, given.signal]) : given.signal;

  function begin(slice: Slice): Promise<Held> {
    const isHeld = slice.length <= LARGE_BYTES;
    return new Promise((resolve, reject) => {
      budget
        .within((isHeld ? slice.length : 0) + windowBytes(slice, size), async () => {
          stop.throwIfAborted();
          const bytes = isHeld ? await readRange(store, slice, stop) : null;
          // In memory until it was used.
          await new Promise<void>((release) => resolve({ bytes, release }));
        })
        .catch(reject);
    });
  }

  function beginNext(): void {
    const next = waiting.next();
    if (next.done === true) return;
    const held = begin(next.value);
    // Heard when it is its turn, if it comes to that.
    held.catch(() => {});
    begun.push(held);
  }

  try {
    for (let nth = 0; nth < AHEAD; nth += 1) beginNext();
    for (const slice of slices) {
      beginNext();
      const held = await begun[0];
      if (held === undefined) return;
      yield { slice, stored: held.bytes ? once(held.bytes) : await open(slice) };
      held.release();
      void begun.shift();
    }
  } finally {
    given.abort();
    for (const held of begun) {
      held.then(
        ({ release }) => release(),
        () => {},
      );
    }
  }
}

interface Held {
  readonly bytes: Uint8Array | null;
  readonly release: () => void;
}
