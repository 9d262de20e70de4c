import type { Budget } from './world.ts';

/** What may still go wrong, four bits for each kind. */
export const packed = ({ steals, forces, crashes, pauses, losses, copies }: Budget): number =>
  steals | (forces << 4) | (crashes << 8) | (pauses << 12) | (losses << 16) | (copies << 20);

/** Whether everything that may go wrong with `less` may go wrong with `more` as well. */
export function covers(more: number, less: number): boolean {
  for (let shift = 0; shift < 24; shift += 4) if (((more >> shift) & 15) < ((less >> shift) & 15)) return false;
  return true;
}

/** How much in all. */
export function total(budget: number): number {
  let sum = 0;
  for (let shift = 0; shift < 24; shift += 4) sum += (budget >> shift) & 15;
  return sum;
}

/** For each state, the greatest budgets with which it was met. What a smaller one can do, a greater one can as well. */
export interface Met {
  /** True when the state, with this budget, is not covered by an earlier meeting. */
  isNews(state: number, budget: number): boolean;
}

export function createMet(): Met {
  let first = new Int32Array(1 << 15).fill(-1);
  const more = new Map<number, number[]>();

  return {
    isNews(state, budget) {
      if (state >= first.length) {
        const larger = new Int32Array(first.length * 2).fill(-1);
        larger.set(first);
        first = larger;
      }
      const known = first[state] ?? -1;
      if (known < 0) {
        first[state] = budget;
        return true;
      }
      if (covers(known, budget)) return false;
      const others = more.get(state);
      if (others === undefined) more.set(state, [budget]);
      else if (others.some((one) => covers(one, budget))) return false;
      else others.push(budget);
      return true;
    },
  };
}
