import { epochInKey, hashInName } from './garbage-key.ts';

/** Keys of shards and objects in 16 to 32 bytes each, so that a million fits. Rarely it has one more than was added: what it is asked for then stays. */
export interface KeySet {
  readonly size: number;
  add(key: string): void;
  has(key: string): boolean;
}

const FREE = -1;
const HALF = 2 ** 26;

export function createKeySet(): KeySet {
  let slots = new Float64Array(1 << 10).fill(FREE);
  let size = 0;

  function put(into: Float64Array, print: number): boolean {
    let at = print % into.length;
    while (into[at] !== FREE) {
      if (into[at] === print) return false;
      at = (at + 1) % into.length;
    }
    into[at] = print;
    return true;
  }

  function grow(): void {
    const larger = new Float64Array(2 * slots.length).fill(FREE);
    for (const print of slots) if (print !== FREE) put(larger, print);
    slots = larger;
  }

  return {
    get size() {
      return size;
    },
    add(key) {
      if (2 * size >= slots.length) grow();
      if (put(slots, printOf(key))) size += 1;
    },
    has(key) {
      const print = printOf(key);
      for (let at = print % slots.length; slots[at] !== FREE; at = (at + 1) % slots.length)
        if (slots[at] === print) return true;
      return false;
    },
  };
}

/** 52 bits of the hash that the key names, and its epoch among them: one content may lie under several. */
function printOf(key: string): number {
  const hash = hashInName(key);
  const high = Number.parseInt(hash.slice(0, 6), 16) * 4 + (Number.parseInt(hash.slice(6, 7), 16) & 3);
  const low = (Number.parseInt(hash.slice(7, 14), 16) ^ Math.imul(epochInKey(key) ?? 0, 0x9e3779b1)) >>> 0;
  return high * HALF + (low % HALF);
}
