import type { Random } from './random.ts';
import { IGNORABLE, INVISIBLE, LETTERS, ODD_CASE, SEGMENTS } from './words.ts';

export interface HostileKey {
  readonly kind: string;
  readonly key: string;
}

/** A key of a random kind; one in eight is two of them, joined or one inside the other. */
export function hostileKey(random: Random): HostileKey {
  const [kind, make] = random.pick(MAKERS);
  if (!random.chance(8)) return { kind, key: make(random) };
  const [one, other] = [make(random), random.pick(MAKERS)[1](random)];
  const cut = random.int(one.length + 1);
  return { kind: 'mixed', key: random.chance(2) ? `${one}/${other}` : one.slice(0, cut) + other + one.slice(cut) };
}

type Make = (random: Random) => string;

const some = (random: Random, least: number, most: number, make: Make): string[] =>
  Array.from({ length: least + random.int(most - least + 1) }, () => make(random));

const plainSegment: Make = (random) => some(random, 1, 6, () => random.pick(LETTERS)).join('');

/** Mostly plain segments, and among them one that is not. */
const among =
  (odd: Make): Make =>
  (random) => {
    const segments = some(random, 0, 3, plainSegment);
    segments.splice(random.int(segments.length + 1), 0, odd(random));
    return segments.join('/');
  };

const pickOf =
  (list: readonly [string, ...string[]]): Make =>
  (random) =>
    random.pick(list);

const anyCase: (text: string) => Make = (text) => (random) =>
  Array.from(text, (letter) => (random.chance(2) ? letter.toUpperCase() : letter)).join('');

/** Puts one of these somewhere into the text. */
const inserted = (random: Random, text: string, what: readonly [string, ...string[]]): string => {
  const at = random.int(text.length + 1);
  return text.slice(0, at) + random.pick(what) + text.slice(at);
};

const codePoint: Make = (random) => {
  const top = random.pick([0x80, 0x800, 0x3000, 0x10000, 0x110000]);
  return String.fromCodePoint(random.int(top));
};

const device: Make = (random) => {
  const name = anyCase(random.pick(SEGMENTS.devices))(random);
  return name + random.pick(['', '', '.txt', ' .tar.gz', '.', ' ', '  .x', '0', 'x', '$', '\u200d']);
};

const reserved: Make = (random) => {
  const name = anyCase(random.pick(SEGMENTS.reserved))(random);
  if (random.chance(3)) return inserted(random, name, IGNORABLE);
  if (random.chance(4)) return name.replace('s', '\u017f').replace('k', '\u212a');
  return name + random.pick(['', '', '', '/', '/config', '/lock', '2', '~1', '.', ' ', '.txt']);
};

const normalForms: Make = (random) => {
  const text = some(random, 1, 5, () =>
    random.pick([codePoint(random), random.pick(ODD_CASE), `${random.pick(LETTERS)}\u0301`, '\u1100\u1161\u11a8']),
  ).join('');
  return text.normalize(random.pick(['NFC', 'NFD', 'NFKC', 'NFKD']));
};

const long: Make = (random) => {
  const letter = random.pick(['a', 'é', '語', '🎉', 'e\u0301']);
  switch (random.int(4)) {
    case 0:
      return letter.repeat(60 + random.int(400));
    case 1:
      return Array.from({ length: 60 + random.int(10) }, () => random.pick(['d', 'é', '..'])).join('/');
    case 2:
      return Array.from({ length: 4 + random.int(3) }, () => 'x'.repeat(200 + random.int(60))).join('/');
    default:
      return letter.repeat(1_000 + random.int(2_000));
  }
};

const MAKERS: readonly [readonly [string, Make], ...(readonly [string, Make])[]] = [
  ['plain', among(plainSegment)],
  ['dots', (random) => some(random, 1, 5, pickOf(SEGMENTS.dots)).join('/')],
  ['separators', (random) => some(random, 1, 6, pickOf(SEGMENTS.separators)).join('')],
  ['slashes that look like one', (random) => some(random, 2, 6, pickOf(SEGMENTS.homoglyphs)).join('')],
  ['percent-encoded', (random) => some(random, 1, 5, pickOf(SEGMENTS.percent)).join('')],
  ['control characters', among((random) => inserted(random, plainSegment(random), SEGMENTS.controls))],
  ['device names', among(device)],
  ['reserved names', among(reserved)],
  ['staging names', (random) => random.pick(SEGMENTS.staging) + random.pick(['', '/', '/x', 'x', '.', '\u200c'])],
  ['normal forms', among(normalForms)],
  ['half surrogates', among((random) => inserted(random, plainSegment(random), SEGMENTS.surrogates))],
  ['long and deep', long],
  ['drives, shares and streams', pickOf(SEGMENTS.drives)],
  ['names of object members', among(pickOf(SEGMENTS.members))],
  ['any code points', (random) => some(random, 0, 8, codePoint).join('')],
  ['invisible and turning', among((random) => inserted(random, plainSegment(random), INVISIBLE))],
  ['odd ends', among((random) => plainSegment(random) + random.pick(SEGMENTS.ends))],
  ['odd case', among((random) => some(random, 1, 4, pickOf(ODD_CASE)).join(''))],
  ['words for shells and templates', among(pickOf(SEGMENTS.shells))],
];
