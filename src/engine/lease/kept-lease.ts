import type { Datastore, HeldLease } from '../datastore.ts';

/** The one tenure that a person holds from a window: holding twice is holding once. */
export interface KeptLease {
  hold(purpose: string, signal: AbortSignal): Promise<HeldLease>;
  /** Only the tenure of this nonce, where one is named. False when nothing of ours is held, or another tenure. */
  release(nonce?: string): Promise<boolean>;
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
    async release(nonce) {
      const ours = held;
      if (ours === null || (nonce !== undefined && nonce !== ours.record.nonce)) return datastore.release(nonce);
      held = null;
      await ours.release();
      return true;
    },
    async dispose() {
      await holding?.catch(() => {});
      await held?.release();
    },
  };
}
