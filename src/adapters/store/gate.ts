import { StoreError } from '../../core/errors.ts';

export type Release = () => void;

/** A counted resource, given out first come, first served. */
export interface Gate {
  /** Waits until `weight` is free. The release may be called more than once. Rejects with StoreError('aborted'). */
  enter(weight: number, signal?: AbortSignal): Promise<Release>;
  /** Given out now. */
  readonly taken: number;
  /** From now on; what is given out above it is waited for. */
  resize(capacity: number): void;
}

/** A weight above its capacity passes when nothing else is inside. */
export function createGate(initial: number): Gate {
  let capacity = initial;
  const waiting: { readonly weight: number; readonly admit: () => void }[] = [];
  let taken = 0;

  // Strictly in order: a large item is not overtaken for ever by small ones.
  function admitWaiting(): void {
    for (let first = waiting[0]; first && fits(first.weight); first = waiting[0]) {
      waiting.shift();
      first.admit();
    }
  }

  const fits = (weight: number) => taken === 0 || taken + weight <= capacity;

  function take(weight: number): Release {
    taken += weight;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      taken -= weight;
      admitWaiting();
    };
  }

  return {
    get taken() {
      return taken;
    },
    resize(next) {
      capacity = next;
      admitWaiting();
    },
    async enter(weight, signal) {
      if (signal?.aborted) throw aborted(signal);
      if (waiting.length === 0 && fits(weight)) return take(weight);
      return new Promise((resolve, reject) => {
        const entry = {
          weight,
          admit: () => {
            signal?.removeEventListener('abort', leave);
            resolve(take(weight));
          },
        };
        const leave = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(aborted(signal));
          admitWaiting();
        };
        signal?.addEventListener('abort', leave, { once: true });
        waiting.push(entry);
      });
    },
  };
}

const aborted = (signal: AbortSignal | undefined) =>
  new StoreError('aborted', 'Stopped while waiting for its turn.', signal?.reason);
