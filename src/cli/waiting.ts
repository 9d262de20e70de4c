import type { LeaseHolder } from '../core/format/lease-holder.ts';
import type { Clock } from '../engine/ports.ts';
import { holderText } from './render/lease-text.ts';

/** Tells who is waited for, once for each tenure: whoever waits looks again and again. */
export function tellHolder(clock: Pick<Clock, 'now'>, tell: (who: string) => void): (holder: LeaseHolder) => void {
  let told: string | null = null;
  return (holder) => {
    if (holder.nonce === told) return;
    told = holder.nonce;
    tell(`held by ${holderText(holder, clock.now())}`);
  };
}
