/** A stream of choices that a seed decides: the same seed, the same choices. */
export interface Random {
  /** A whole number from 0 up to `below`, exclusive. */
  int(below: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  chance(oneIn: number): boolean;
}

/** `seed`: any whole number; its lower 32 bits count. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const int = (below: number): number => Math.floor((next() / 2 ** 32) * below);
  return {
    int,
    pick: (from) => from[int(from.length)] ?? from[0],
    chance: (oneIn) => int(oneIn) === 0,
  };

  // Mulberry32.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}
