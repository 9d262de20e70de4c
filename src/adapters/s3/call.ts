import { StoreError } from '../../core/errors.ts';
import { systemClock } from '../system.ts';

/**
 * Runs a call with a deadline: after `ms`, or when the caller's signal aborts, the returned promise rejects even if
 * the SDK is still busy (looking for credentials listens to no signal). The signal given to `send` ends with the call:
 * the body of a GET has the caller's.
 */
export async function withDeadline<T>(
  what: string,
  ms: number,
  caller: AbortSignal | undefined,
  send: (signal: AbortSignal) => Promise<T>,
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
  const cancel = systemClock.after(ms, () =>
    stop(new StoreError('unreachable', `${what}: no answer from the store within ${Math.ceil(ms / 1000)} s.`)),
  );
  const leave = (): void => stop(new StoreError('aborted', `Stopped the ${what}.`, caller?.reason));
  caller?.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([send(inner.signal), stopped]);
  } finally {
    cancel();
    caller?.removeEventListener('abort', leave);
  }
}
