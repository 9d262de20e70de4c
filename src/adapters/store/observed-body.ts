export interface BodyObserver {
  /** Before the part goes on; what it throws ends the body. */
  readonly part?: (bytes: Uint8Array) => void;
  /** When the source is at its end; what it throws ends the body with an error instead. */
  readonly end?: () => void;
  /** Turns what the source threw into what the reader sees. */
  readonly failed?: (error: unknown) => unknown;
  /** Exactly once: read to the end, failed, or given up, even before the first part. */
  readonly closed: () => void;
}

/** The same bytes, read once. Not a generator: giving a generator up before its first part tells nobody. */
export function observedBody(source: AsyncIterable<Uint8Array>, observer: BodyObserver): AsyncIterable<Uint8Array> {
  const inner = source[Symbol.asyncIterator]();
  let open = true;

  function close(): void {
    if (!open) return;
    open = false;
    observer.closed();
  }

  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      if (!open) return { done: true, value: undefined };
      try {
        const step = await inner.next();
        if (step.done === true) {
          observer.end?.();
          close();
          return { done: true, value: undefined };
        }
        observer.part?.(step.value);
        return step;
      } catch (error) {
        close();
        await inner.return?.().catch(() => {});
        throw observer.failed?.(error) ?? error;
      }
    },
    async return() {
      close();
      await inner.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
