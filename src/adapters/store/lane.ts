import { StoreError } from '../../core/errors.ts';
import type { Clock } from '../../engine/ports.ts';
import { createGate, type Gate } from './gate.ts';
import { createTokenBucket } from './token-bucket.ts';

/** One way to or from a remote, no wider than agreed. */
export interface Lane {
  /** Bytes of one part of a body at most. */
  readonly part: number;
  /** Bodies on their way at once: with more of them, each would stand still for so long that it seems to be stuck. */
  readonly bodies: Gate;
  /** Waits until so many may go. Rejects with StoreError('aborted'). */
  take(bytes: number, signal: AbortSignal | undefined): Promise<void>;
  /** For what cannot wait: what follows pays for it. */
  owe(bytes: number): void;
}

/** A part is what flows in a twentieth of a second, so that a link is shared and not seized by turns. */
const PARTS_A_SECOND = 20;
const [LEAST_PART, MOST_PART] = [16 << 10, 256 << 10];
/** Of each body, bytes a second: then something moves on its connection several times a second. */
const SHARE = 128 << 10;
const MOST_BODIES = 64;

const within = (least: number, value: number, most: number): number =>
  Math.min(most, Math.max(least, Math.floor(value)));

export function createLane(bytesPerSecond: number, clock: Clock): Lane {
  const bucket = createTokenBucket(bytesPerSecond, clock);
  return {
    part: within(LEAST_PART, bytesPerSecond / PARTS_A_SECOND, MOST_PART),
    bodies: createGate(within(1, bytesPerSecond / SHARE, MOST_BODIES)),
    owe: (bytes) => bucket.owe(bytes),
    async take(bytes, signal) {
      try {
        await bucket.take(bytes, signal);
      } catch (error) {
        throw new StoreError('aborted', 'Stopped while waiting for its turn.', error);
      }
    },
  };
}
