/** Numbers that look random and depend on nothing but their seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** As `between`, but each order of magnitude is as likely as the next. `low` is at least 1. */
  spread(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the keys, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
  hex(digits: number): string;
}

/** Equal seeds give equal sequences, on every machine. */
export function createRandom(seed: string): Random {
  let [a, b, c, d] = scatter(seed);

  // sfc32, whose 128 bits of state are enough for any campaign.
  function bits(): number {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  }

  const next = () => bits() / 2 ** 32;
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    spread: (low, high) => Math.min(high, Math.floor(low * ((high + 1) / low) ** next())),
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('there is nothing to pick from');
      return items[Math.floor(next() * items.length)] as T;
    },
    weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
      const entries = Object.entries(weights) as [K, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      throw new RangeError('there is nothing to choose from');
    },
    hex(digits) {
      let text = '';
      while (text.length < digits) text += bits().toString(16).padStart(8, '0');
      return text.slice(0, digits);
    },
  };
}

/** FNV-1a with four offsets: near seeds begin far apart. */
function scatter(seed: string): [number, number, number, number] {
  const state: [number, number, number, number] = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  for (const letter of seed) {
    for (let index = 0; index < 4; index += 1) {
      const before = state[index] ?? 0;
      state[index] = Math.imul(before ^ ((letter.codePointAt(0) ?? 0) + index), 0x01000193 + 2 * index);
      state[index] = (state[index] ?? 0) ^ ((state[index] ?? 0) >>> 15);
    }
  }
  return state;
}
