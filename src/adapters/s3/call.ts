import { StoreError } from '../../core/errors.ts';
import { systemClock } from '../system.ts';

/** Awaits what the deadline does not count. */
export type Aside = <T>(work: Promise<T>) => Promise<T>;

/**
 * Runs a call with a deadline: after `ms`, or when the caller's signal aborts, the returned promise rejects even if
 * the SDK is still busy (looking for credentials listens to no signal). The signal given to `send` ends with the call:
 * the body of a GET has the caller's.
 */
export async function withDeadline<T>(
  what: string,
  ms: number,
  caller: AbortSignal | undefined,
  send: (signal: AbortSignal, aside: Aside) => Promise<T>,
): Promise<T> {
  if (caller?.aborted) throw new StoreError('aborted', `Stopped before the ${what}.`, caller.reason);
  // One controller and two timely removals: `AbortSignal.any` leaves every call to the garbage collector.
  const inner = new AbortController();
  let refuse: (error: StoreError) => void;
  const stopped = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  const stop = (error: StoreError): void => {
    inner.abort(error);
    refuse(error);
  };
  const deadline = startDeadline(ms, () =>
    stop(new StoreError('unreachable', `${what}: no answer from the store within ${Math.ceil(ms / 1000)} s.`)),
  );
  const leave = (): void => stop(new StoreError('aborted', `Stopped the ${what}.`, caller?.reason));
  caller?.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([send(inner.signal, deadline.aside), stopped]);
  } finally {
    deadline.end();
    caller?.removeEventListener('abort', leave);
  }
}

function startDeadline(ms: number, late: () => void): { readonly aside: Aside; end(): void } {
  let left = ms;
  let since = systemClock.monotonic();
  let cancel = systemClock.after(left, late);
  let asides = 0;
  let isOver = false;
  return {
    async aside(work) {
      cancel();
      if (asides === 0) left -= systemClock.monotonic() - since;
      asides += 1;
      try {
        return await work;
      } finally {
        asides -= 1;
        if (asides === 0 && !isOver) {
          since = systemClock.monotonic();
          cancel = systemClock.after(left, late);
        }
      }
    },
    end() {
      isOver = true;
      cancel();
    },
  };
}
