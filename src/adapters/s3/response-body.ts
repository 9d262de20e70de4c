import type { Readable } from 'node:stream';
import { StoreError } from '../../core/errors.ts';
import { observedBody } from '../store/observed-body.ts';
import { systemClock } from '../system.ts';
import type { Traffic } from './client.ts';
import { codeOf } from './sdk-shapes.ts';

/** Bytes a millisecond: for what came, a body may be waited for so much longer. */
const SLOWEST = 16;

interface Context {
  readonly what: string;
  readonly traffic: Traffic;
  readonly signal: AbortSignal | undefined;
  /** How long the body may be waited for, and a second more for each 16 KiB that came. */
  readonly requestMs: number;
}

/** The body of an answer: exactly `length` bytes, or a StoreError. Given up early, its connection is closed. */
export function responseBody(
  stream: Readable,
  length: number,
  { what, traffic, signal, requestMs }: Context,
): AsyncIterable<Uint8Array> {
  let received = 0;
  const stop = () => stream.destroy(new StoreError('aborted', `Stopped the ${what}.`, signal?.reason));
  signal?.addEventListener('abort', stop, { once: true });
  // A failure before the first read is kept by the stream; unheard, it would end the process.
  stream.on('error', () => {});
  if (signal?.aborted) stop();
  return observedBody(patient(stream, what, requestMs), {
    part(bytes) {
      received += bytes.byteLength;
      traffic.bytesDown += bytes.byteLength;
    },
    end() {
      if (received !== length)
        throw new StoreError('unreachable', `${what}: ${received} bytes came instead of ${length}.`);
    },
    failed(error) {
      if (error instanceof StoreError) return error;
      const reason = codeOf(error) ?? 'connection lost';
      return new StoreError(
        'unreachable',
        `${what}: it broke off after ${received} of ${length} bytes (${reason}).`,
        error,
      );
    },
    closed() {
      signal?.removeEventListener('abort', stop);
      stream.destroy();
    },
  });
}

// Only the waiting counts: a reader may take its time between two parts.
function patient(stream: Readable, what: string, requestMs: number): AsyncIterable<Uint8Array> {
  const inner: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  let left = requestMs;
  const next = async () => {
    const started = systemClock.monotonic();
    const step = await inner.next();
    left -= systemClock.monotonic() - started;
    if (step.done !== true) left += step.value.byteLength / SLOWEST;
    if (left < 0) throw new StoreError('unreachable', `${what}: the body comes too slowly.`);
    return step;
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
