import { StoreError, type StoreErrorKind } from '../../src/core/errors.ts';
import type { FoundObject } from '../../src/engine/ports.ts';
import type { Loop } from './loop.ts';
import type { Process } from './machine.ts';
import type { AnswerFault } from './scenario.ts';

export interface Bodies {
  /** As it comes, which may be in two parts. */
  readonly body: (
    bytes: Uint8Array,
    how: AnswerFault | null,
    signal: AbortSignal | undefined,
  ) => AsyncGenerator<Uint8Array>;
  /** `applied` is told when there was something to damage. */
  readonly damaged: (
    source: AsyncIterable<Uint8Array>,
    how: AnswerFault,
    applied: () => void,
    signal: AbortSignal | undefined,
  ) => AsyncGenerator<Uint8Array>;
}

/** The bodies of answers on their way to a process. */
export function createBodies(loop: Loop, process: Process, latency: () => number): Bodies {
  const { random } = process;
  return { body, damaged };

  async function* damaged(
    source: AsyncIterable<Uint8Array>,
    how: AnswerFault,
    applied: () => void,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const bytes = await whole({ body: source });
    if (bytes.length > 0) applied();
    yield* body(bytes, how, signal);
  }

  async function* body(bytes: Uint8Array, how: AnswerFault | null, signal: AbortSignal | undefined) {
    const half = bytes.length >> 1;
    if (how === 'flipped' && bytes.length > 0) {
      const flipped = Uint8Array.from(bytes);
      flipped[half] = (flipped[half] ?? 0) ^ 1;
      yield flipped;
      return;
    }
    if (how === 'cut' || how === 'dripping' || random.chance(0.05)) {
      yield bytes.subarray(0, half);
      await new Promise<void>((resolve) => loop.after(how === 'dripping' ? 20_000 : latency(), process, resolve));
      if (signal?.aborted) throw aborted(signal);
      if (how === 'cut') throw failure('unreachable', 'the body broke off');
      yield bytes.subarray(half);
      return;
    }
    if (bytes.length > 0) yield bytes;
  }
}

/** All of a body. */
export async function whole({ body }: Pick<FoundObject, 'body'>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  const [only] = parts;
  return parts.length === 1 && only ? only : Buffer.concat(parts);
}

/** Never in a message: whatever shows it has leaked it. */
export const SECRET = 'wJalrXUtnFEMI-SIMULATED-SECRET';

export const failure = (kind: StoreErrorKind, message: string) =>
  new StoreError(kind, message, new Error(`signed with ${SECRET}`));

export const aborted = (signal: AbortSignal | undefined) => new StoreError('aborted', 'Stopped.', signal?.reason);
