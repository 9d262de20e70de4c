import type { Rates } from '../../core/config/rate.ts';
import type { Clock } from '../../engine/ports.ts';
import { type Budget, createByteGate } from './bounded.ts';
import type { Caps } from './capped.ts';
import { createInFlight, type InFlight } from './in-flight.ts';
import { createLane, type Lane } from './lane.ts';

/** What all requests of this process to one remote share. */
export interface Shared {
  /** Its bytes are those of all remotes. */
  readonly budget: Budget;
  readonly caps: Caps;
}

/** By the name of the remote. A rate that is agreed on anew holds for what is opened from then on. */
export function createRemotes(clock: Clock): (name: string, rates: Rates) => Shared {
  const bytes = createByteGate();
  const places = new Map<string, InFlight>();
  const up: Lanes = new Map();
  const down: Lanes = new Map();

  function placesOf(name: string): InFlight {
    const known = places.get(name) ?? createInFlight(clock);
    places.set(name, known);
    return known;
  }

  function laneOf(lanes: Lanes, name: string, rate: number | undefined): Lane | null {
    if (rate === undefined) return null;
    const known = lanes.get(name);
    if (known?.rate === rate) return known.lane;
    const lane = createLane(rate, clock);
    lanes.set(name, { rate, lane });
    return lane;
  }

  return (name, { maxUpload, maxDownload }) => ({
    budget: { requests: placesOf(name), bytes },
    caps: { up: laneOf(up, name, maxUpload), down: laneOf(down, name, maxDownload) },
  });
}

type Lanes = Map<string, { readonly rate: number; readonly lane: Lane }>;
