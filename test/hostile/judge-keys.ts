import { findCollisions } from '../../src/core/paths/collisions.ts';
import { parseSyncPath } from '../../src/core/paths/sync-path.ts';
import { hostileKey } from './keys.ts';
import { mayBePath, staysBelow } from './path-oracle.ts';
import type { Random } from './random.ts';

export interface Count {
  taken: number;
  refused: number;
}

export interface Judged {
  /** By kind of key. */
  readonly counts: ReadonlyMap<string, Count>;
  /** Keys on which the validator and the letter of the format differ, or that lead out: none is the claim. */
  readonly wrong: readonly string[];
  /** Pairs that some file system takes for one, and those of which not both were reported. */
  readonly twins: { readonly pairs: number; readonly missed: readonly string[] };
}

const BATCH = 2_000;
const MOST_SHOWN = 20;

/** Gives `keys` generated keys to the validator, and those it takes, with twins, to the collision check. Throws never. */
export function judgeKeys(random: Random, keys: number): Judged {
  const counts = new Map<string, Count>();
  const wrong: string[] = [];
  const missed: string[] = [];
  let pairs = 0;
  let taken = new Set<string>();
  for (let index = 1; index <= keys; index += 1) {
    const { kind, key } = hostileKey(random);
    const count = counts.get(kind) ?? { taken: 0, refused: 0 };
    counts.set(kind, count);
    const parsed = answerTo(key);
    if (parsed === 'taken') taken.add(key);
    if (parsed !== 'crashed') count[parsed] += 1;
    const right = mayBePath(key) ? parsed === 'taken' && staysBelow(key) : parsed === 'refused';
    if (!right && wrong.length < MOST_SHOWN) wrong.push(`${JSON.stringify(key)} (${kind}): ${parsed}`);
    if (taken.size < BATCH && index < keys) continue;
    const found = tryTwins(random, taken);
    pairs += found.pairs;
    missed.push(...found.missed.slice(0, MOST_SHOWN - missed.length));
    taken = new Set();
  }
  return { counts, wrong, twins: { pairs, missed } };
}

function answerTo(key: string): 'taken' | 'refused' | 'crashed' {
  try {
    const parsed = parseSyncPath(key);
    // Taken means taken as it is: a repaired name would be another file.
    return parsed.ok ? (parsed.value === key ? 'taken' : 'crashed') : 'refused';
  } catch {
    return 'crashed';
  }
}

/** Every fourth taken path gets a twin that differs by case, by form, or by being a folder; plain neighbours must stay free. */
function tryTwins(random: Random, taken: ReadonlySet<string>): { pairs: number; missed: string[] } {
  const pairs: [string, string][] = [];
  for (const key of taken) {
    const twin = random.chance(4) ? twinOf(random, key) : key;
    if (twin !== key && mayBePath(twin)) pairs.push([key, twin]);
  }
  const free = Array.from({ length: 50 }, (_, index) => `free-of-twins/${index}`);
  const found = findCollisions(new Set([...taken, ...pairs.flat(), ...free]));
  const missed = pairs.flatMap(([key, twin]) =>
    found.has(key) && found.has(twin) ? [] : [JSON.stringify([key, twin])],
  );
  return { pairs: pairs.length, missed: [...missed, ...free.filter((path) => found.has(path))] };
}

function twinOf(random: Random, key: string): string {
  switch (random.int(4)) {
    case 0:
      // Case folding keeps the dotless i apart from i, and so do file systems; JavaScript writes both as one capital.
      // Taken apart first, as Unicode says: else the iota of `ᾳ` would change places with other marks.
      return key.includes('ı') ? key : key.normalize('NFD').toUpperCase().normalize('NFC');
    case 1:
      return key.toLowerCase().normalize('NFC');
    case 2:
      return `${key}/below`;
    default:
      return key.replace(/[a-z]/i, (letter) =>
        letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
      );
  }
}
