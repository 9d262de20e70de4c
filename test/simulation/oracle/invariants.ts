/** The invariants of the design, by their numbers. */
export const INVARIANTS = {
  1: 'acknowledged commits form one chain',
  2: 'one owner per epoch',
  3: 'no lost byte',
  4: 'every reference exists with the right size and hash',
  5: 'a path holds a committed version or is untouched',
  6: 'when all is quiet every replica is equal',
  7: 'nothing outside the root',
  8: 'mtime round-trips',
  9: 'a missing remote or root is never read as delete all',
  10: 'memory stays under a bound',
  11: 'every operation ends within its deadline',
  12: 'the same seed gives the same trace',
  13: 'no secret in any log or error',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
}

export type Blame = (invariant: Invariant, detail: string) => void;

/** `invariant 3: no lost byte` */
export const titleOf = (invariant: Invariant): string => `invariant ${invariant}: ${INVARIANTS[invariant]}`;
