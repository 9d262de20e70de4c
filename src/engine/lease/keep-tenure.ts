import { SyncError } from '../../core/errors.ts';
import { type Moment, remainingValidity } from '../../core/format/lease-record.ts';
import type { Clock, Log } from '../ports.ts';

export type Renewal =
  | { readonly kind: 'renewed' }
  /** Neither: the next one tells. */
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly why: string };

export interface TenureParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly ttlMs: number;
  /** For people: `lease`, `lock of /shared`. */
  readonly what: string;
  /** What its loser can do. */
  readonly remedy: string;
  /** When what began it was sent. */
  readonly begun: Moment;
  /** One attempt. A rejection settles nothing, and is logged. The signal aborts when the tenure is lost. */
  readonly renew: (signal: AbortSignal) => Promise<Renewal>;
}

/** A tenure that is renewed every third of its ttl until it is lost or stopped. */
export interface KeptTenure {
  /** Aborts with SyncError('lease-lost') when another has it, or when it was not renewed in time. */
  readonly signal: AbortSignal;
  /** Whether its holder may act on it now. Where its time is up it is lost by that, whatever the timers do. */
  isValid(): boolean;
  /** A write that was sent then has carried it on. */
  extend(sent: Moment): void;
  lose(why: string): void;
  /** False when it was over already. */
  stop(): boolean;
}

export const momentOf = (clock: Clock): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });

export function keepTenure({ clock, log, ttlMs, what, remedy, begun, renew }: TenureParts): KeptTenure {
  const lost = new AbortController();
  let sent = begun;
  let over = false;
  let cancelRenewal = () => {};
  let cancelExpiry = () => {};

  const left = () => remainingValidity(sent, momentOf(clock), ttlMs);

  function stop(): boolean {
    const wasOn = !over;
    over = true;
    cancelRenewal();
    cancelExpiry();
    return wasOn;
  }

  function lose(why: string): void {
    if (!stop()) return;
    log.warn(`the ${what} is lost: ${why}`);
    lost.abort(new SyncError('lease-lost', `The ${what} was lost: ${why}.`, remedy));
  }

  // Renewing and watching the expiry are separate: a renewal that hangs must not keep the holder believing.
  function watchExpiry(): void {
    cancelExpiry = clock.after(Math.max(0, left()), () => {
      if (left() > 0) watchExpiry();
      else lose('it could not be renewed in time');
    });
  }

  function scheduleRenewal(): void {
    cancelRenewal = clock.after(ttlMs / 3, () => void renewOnce());
  }

  async function renewOnce(): Promise<void> {
    const at = momentOf(clock);
    try {
      const renewal = await renew(lost.signal);
      if (renewal.kind === 'lost') return lose(renewal.why);
      if (renewal.kind === 'renewed') sent = at;
    } catch (error) {
      log.warn(`the ${what} could not be renewed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!over) scheduleRenewal();
  }

  scheduleRenewal();
  watchExpiry();
  return {
    signal: lost.signal,
    isValid() {
      if (!over && left() <= 0) lose('it ran out');
      return !over;
    },
    extend(at) {
      sent = at;
    },
    lose,
    stop,
  };
}
