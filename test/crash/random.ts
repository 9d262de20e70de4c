/** A seeded source of chance. */
export interface Chance {
  /** In [0, 1). */
  number(): number;
  /** In [0, below), whole. */
  below(below: number): number;
  /** True with this probability. */
  likely(probability: number): boolean;
  /** Throws RangeError when there is nothing to pick from. */
  pick<T>(from: readonly T[]): T;
  /** Another source, which depends on this one's seed only. */
  fork(): Chance;
}

/** The same choices for the same seed. */
export function chanceFrom(seed: number): Chance {
  let state = seed;
  let forks = 0;
  const number = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.trunc(number() * limit);
  return {
    number,
    below,
    likely: (probability) => number() < probability,
    pick(from) {
      const found = from[below(from.length)];
      if (found === undefined) throw new RangeError('nothing to pick from');
      return found;
    },
    fork() {
      forks += 1;
      return chanceFrom(Math.imul(seed ^ forks, 0x9e3779b1));
    },
  };
}
