/** A set of texts by 64 bits of hash, and the order in which they came. Two texts fall together once in 2^64 pairs. */
export interface Seen {
  readonly size: number;
  /** The number of the text, from 0; negative: it is new, and its number is the complement. */
  add(text: string): number;
}

export function createSeen(): Seen {
  let capacity = 1 << 16;
  let slots = new Int32Array(capacity).fill(-1);
  let high = new Uint32Array(1 << 15);
  let low = new Uint32Array(1 << 15);
  let size = 0;

  function add(text: string): number {
    let one = 0x811c9dc5;
    let two = 0x9e3779b9;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      one = Math.imul(one ^ code, 0x85ebca6b);
      one ^= one >>> 13;
      two = Math.imul(two ^ code, 0xc2b2ae35);
      two ^= two >>> 15;
    }
    one >>>= 0;
    two >>>= 0;
    let slot = (one ^ (two >>> 7)) & (capacity - 1);
    for (;;) {
      const found = slots[slot] ?? -1;
      if (found < 0) break;
      if (high[found] === one && low[found] === two) return found;
      slot = (slot + 1) & (capacity - 1);
    }
    slots[slot] = size;
    if (size === high.length) {
      high = grown(high);
      low = grown(low);
    }
    high[size] = one;
    low[size] = two;
    size += 1;
    if (size * 2 > capacity) rehash();
    return ~(size - 1);
  }

  function rehash() {
    capacity *= 2;
    slots = new Int32Array(capacity).fill(-1);
    for (let number = 0; number < size; number += 1) {
      let slot = ((high[number] ?? 0) ^ ((low[number] ?? 0) >>> 7)) & (capacity - 1);
      while ((slots[slot] ?? -1) >= 0) slot = (slot + 1) & (capacity - 1);
      slots[slot] = number;
    }
  }

  return {
    get size() {
      return size;
    },
    add,
  };
}

export function grown<A extends Uint32Array | Int32Array | Uint8Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(array.length * 2);
  larger.set(array);
  return larger;
}
