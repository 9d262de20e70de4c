/** Order of the UTF-8 bytes, which is the order of the code points: negative, zero or positive. */
export function compareByUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Bytes of the text in UTF-8; a lone surrogate counts as the three bytes of its replacement. */
export function utf8Length(text: string): number {
  if (ASCII.test(text)) return text.length;
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (isHigh(unit) && isLow(text.charCodeAt(index + 1))) {
      bytes += 2;
      index += 1;
    } else bytes += 2;
  }
  return bytes;
}

/**
 * Full case folding and canonical normalisation, the key by which two names are compared without case (Unicode 3.13, D145).
 *
 * There is no built-in case folding, but lower(upper(lower(c))), one code point at a time, equals it up to the choice of a
 * representative: the first `lower` opens the capitals whose lower case has more to say (`ẞ` to `ß`, `İ` to `i̇`), `upper` expands what is
 * written with several letters (`ß` to `SS`, `ﬁ` to `FI`, `ᾳ` to `ΑΙ`) and joins variants (`ſ`, `ς`, `ϐ`, the Kelvin sign), the last
 * `lower` brings all back. One code point at a time, because the lower case of a whole word turns a last `Σ` into `ς`. Only the dotless
 * `ı` would be joined with `i`, which folding keeps apart, so it is left out.
 * Decomposed first, so that an accent or an iota subscript is folded alike however it is written; composed last.
 */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let folded = '';
  for (const letter of text.normalize('NFD')) {
    folded += letter === 'ı' ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
  }
  return folded.normalize('NFC');
}

const ASCII = /^[\0-\x7f]*$/;

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

// UTF-16 places the surrogates (code points from U+10000) below U+E000 to U+FFFF; UTF-8 places them above.
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
