import type { Scope } from './world.ts';

const NO_FAULTS = { steals: 0, forces: 0, crashes: 0, pauses: 0, losses: 0, copies: 0 };

/** What `npm run exhaustive` explores. */
export const SCOPES: Readonly<Record<string, Scope>> = {
  'the whole scope': { ...NO_FAULTS, clients: 3, changes: 1, steals: 2, crashes: 2, pauses: 1, losses: 2, copies: 1 },
  'two changes each': { ...NO_FAULTS, clients: 2, changes: 2, steals: 2, crashes: 1, pauses: 1, losses: 1, copies: 1 },
  'force release': { ...NO_FAULTS, clients: 3, changes: 1, steals: 1, forces: 1, crashes: 1, pauses: 1, losses: 1 },
  'clocks that say anything': {
    ...NO_FAULTS,
    clients: 3,
    changes: 1,
    steals: 2,
    crashes: 1,
    losses: 1,
    wildClocks: true,
  },
};

/** What `npm test` explores: seconds. */
export const QUICK: Readonly<Record<string, Scope>> = {
  'three clients': { ...NO_FAULTS, clients: 3, changes: 1, steals: 1, crashes: 1, pauses: 1, losses: 1 },
  'two clients': { ...NO_FAULTS, clients: 2, changes: 1, steals: 1, crashes: 1, pauses: 1, losses: 1, copies: 1 },
  'two changes each': { ...NO_FAULTS, clients: 2, changes: 2, steals: 1, crashes: 1, losses: 1 },
  'force release': { ...NO_FAULTS, clients: 2, changes: 1, steals: 1, forces: 1, crashes: 1, pauses: 1, losses: 1 },
  'clocks that say anything': { ...NO_FAULTS, clients: 3, changes: 1, steals: 2, losses: 1, wildClocks: true },
};
