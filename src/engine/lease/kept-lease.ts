import type { Datastore, HeldLease } from '../datastore.ts';

/** The one tenure that a person holds from a window: holding twice is holding once. */
export interface KeptLease {
  hold(purpose: string, signal: AbortSignal): Promise<HeldLease>;
  /** False when nothing of ours is held. */
  release(): Promise<boolean>;
  /** Gives back what is held, or is just being taken. */
  dispose(): Promise<void>;
}

/** `lost` is called when a tenure has ended by itself. */
export function keepLease(datastore: Pick<Datastore, 'acquire' | 'release'>, lost: () => void): KeptLease {
  let held: HeldLease | null = null;
  let holding: Promise<HeldLease> | null = null;

  function keep(lease: HeldLease): void {
    if (held === lease) return;
    held = lease;
    lease.signal.addEventListener('abort', () => {
      if (held === lease) held = null;
      lost();
    });
  }

  return {
    async hold(purpose, signal) {
      if (held !== null) return held;
      holding ??= datastore.acquire({ purpose, signal }).finally(() => {
        holding = null;
      });
      const taken = await holding;
      keep(taken);
      return taken;
    },
    async release() {
      const ours = held;
      held = null;
      return ours ? ours.release().then(() => true) : datastore.release();
    },
    async dispose() {
      await holding?.catch(() => {});
      await held?.release();
    },
  };
}
