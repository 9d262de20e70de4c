import { SyncError } from '../../core/errors.ts';
import type { AcquireOptions } from '../datastore.ts';

/** What is held: a lease of a register, or the lock of a folder. */
interface Tenure {
  readonly record: { readonly nonce: string };
  /** Aborts when it is lost. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** The one tenure of this process, counted: re-entry is one more, never a wait on oneself. */
export interface CountedTenure<T extends Tenure> {
  /** Null: none is held. */
  current(): T | null;
  /** Takes it, or enters the one that is held; `leave` of the last gives it back. */
  enter(options: AcquireOptions): Promise<{ readonly tenure: T; readonly leave: () => Promise<void> }>;
  /** Gives it back, whoever is inside; only that of this nonce, where one is named. False when none is held, or another. */
  end(nonce?: string): Promise<boolean>;
}

export function countTenure<T extends Tenure>(take: (options: AcquireOptions) => Promise<T>): CountedTenure<T> {
  let held: { readonly tenure: T; count: number } | null = null;
  let taking: Promise<void> | null = null;

  async function begin(options: AcquireOptions): Promise<void> {
    const mine = { tenure: await take(options), count: 0 };
    if (mine.tenure.signal.aborted) return;
    held = mine;
    mine.tenure.signal.addEventListener('abort', () => {
      if (held === mine) held = null;
    });
  }

  return {
    current: () => held?.tenure ?? null,
    async enter(options) {
      if (held === null) {
        taking ??= begin(options).finally(() => {
          taking = null;
        });
        await taking;
      }
      const mine = held;
      if (mine === null) throw new SyncError('lease-lost', 'the lease was lost as soon as it was taken', 'Try again.');
      mine.count += 1;
      let hasLeft = false;
      return {
        tenure: mine.tenure,
        async leave() {
          if (hasLeft) return;
          hasLeft = true;
          mine.count -= 1;
          if (mine.count > 0) return;
          if (held === mine) held = null;
          await mine.tenure.release();
        },
      };
    },
    async end(nonce) {
      if (held === null || (nonce !== undefined && held.tenure.record.nonce !== nonce)) return false;
      const { tenure } = held;
      held = null;
      await tenure.release();
      return true;
    },
  };
}
