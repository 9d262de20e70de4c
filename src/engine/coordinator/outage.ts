import type { Clock, Network } from '../ports.ts';

export interface OutageParts {
  readonly clock: Clock;
  /** Absent: only the time brings the next attempt. */
  readonly network?: Network | undefined;
  /** Of the pauses, milliseconds. */
  readonly longestMs: number;
  readonly again: (why: string) => void;
}

/** While the store is out of reach: when the next attempt is due. */
export interface Outage {
  /** An attempt has failed: unless the next one is due already, it comes by itself, after a pause twice the last one. */
  failed(): void;
  /** In reach again, or nobody wants to know any more. */
  over(): void;
}

const FIRST_MS = 10_000;
const LOOK_MS = 5_000;

/** Pauses double up to the longest one. Another network makes the next attempt at once, and the pauses short again. */
export function createOutage({ clock, network, longestMs, again }: OutageParts): Outage {
  let failures = 0;
  let addresses = '';
  let isDue = false;
  const timers = { attempt: () => {}, look: () => {} };

  function settle(): void {
    isDue = false;
    timers.attempt();
  }

  function watchNetwork(known: Network): void {
    timers.look = clock.after(LOOK_MS, () => {
      const found = known.addresses();
      if (found !== addresses && found !== '') {
        failures = 0;
        settle();
        again('the network changed');
      }
      addresses = found;
      watchNetwork(known);
    });
  }

  return {
    failed() {
      if (failures === 0 && network !== undefined) {
        timers.look();
        addresses = network.addresses();
        watchNetwork(network);
      }
      // What people ask for meanwhile fails as well, and says nothing of the pause.
      if (isDue) return;
      isDue = true;
      timers.attempt = clock.after(Math.min(longestMs, FIRST_MS * 2 ** Math.min(failures, 20)), () => {
        isDue = false;
        again('trying again');
      });
      failures += 1;
    },
    over() {
      failures = 0;
      settle();
      timers.look();
    },
  };
}
