import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  collisionKey,
  compareByUtf8,
  foldersAbove,
  parseSyncPath,
  utf8Length,
} from '../../src/core/paths/sync-path.ts';

describe('a path is taken', () => {
  test.each<[what: string, path: string]>([
    ['a plain file', 'a'],
    ['folders', 'a/b/c.json'],
    ['a dotfile', '.env'],
    ['spaces inside', 'a b/c d.txt'],
    ['dots inside and in front', '..a/b..c/...d'],
    ['Unicode in normal form C', 'Äpfel/日本語/🎉.txt'],
    ['names that only begin like a device', 'console/com10/lpt/auxiliary.txt/com'],
    ['a device as a mere extension', 'file.con'],
    ['names that only begin like .git', '.gitignore/.github/git/git~/.git2'],
    ['exactly 1,024 bytes', `${'é'.repeat(511)}ab`],
    ['exactly 64 levels', Array.from({ length: 64 }, () => 'd').join('/')],
    ['what shells mind and filesystems do not', `*?"<>|$'\`&;`],
  ])('%s', (_what, path) => {
    expect(parseSyncPath(path)).toEqual({ ok: true, value: path });
  });
});

describe('a path is refused with the reason', () => {
  test.each<[what: string, path: string, reason: RegExp]>([
    ['nothing', '', /empty/],
    ['an empty segment', 'a//b', /empty segment/],
    ['a leading slash', '/a', /absolute/],
    ['a trailing slash', 'a/', /ends with a slash/],
    ['the folder itself', 'a/./b', /segment "\."/],
    ['the folder above', '../a', /segment "\.\."/],
    ['the folder above at the end', 'a/..', /segment "\.\."/],
    ['a backslash', 'a\\..\\b', /backslash/],
    ['a colon: drive or stream', 'c:/a', /colon/],
    ['a stream of a folder', '.git::$INDEX_ALLOCATION', /colon/],
    ['NUL', 'a\0b', /control/],
    ['a newline', 'a\nb', /control/],
    ['DEL', 'a\x7f', /control/],
    ['a C1 control', 'a\u0085', /control/],
    ['a trailing dot', 'a.', /dot or a space/],
    ['a trailing space in a folder', 'a /b', /dot or a space/],
    ['three dots', '.../b', /dot or a space/],
    ['a device', 'CON', /reserved by Windows/],
    ['a device in small letters with an extension', 'con.txt', /reserved by Windows/],
    ['a device with spaces and two extensions', 'x/nul  .tar.gz', /reserved by Windows/],
    ['a device as a folder', 'aux/x', /reserved by Windows/],
    ['a numbered device', 'LPT9.log', /reserved by Windows/],
    ['a device with a superscript digit', 'COM¹', /reserved by Windows/],
    ['another superscript digit with an extension', 'lpt³.txt', /reserved by Windows/],
    ['the console devices', 'conin$', /reserved by Windows/],
    ['Git’s folder', '.git/config', /reserved/],
    ['Git’s folder in capitals, deep down', 'a/.GIT/hooks/x', /reserved/],
    ['a file of that name', '.git', /reserved/],
    ['its short name', 'GIT~1/config', /reserved/],
    ['its name to HFS+', '.g\u200cit/config', /reserved/],
    ['our staging folder', '.datastore-staging/x', /reserved/],
    ['our staging folder in capitals, with the long s', '.dataſtore-STAGING', /reserved/],
    ['its short name', 'datast~1/x', /reserved/],
    ['1,025 bytes', `${'é'.repeat(512)}a`, /1024 bytes/],
    ['65 levels', Array.from({ length: 65 }, () => 'd').join('/'), /64 levels/],
    ['half a surrogate pair', 'a\ud800', /surrogate/],
    ['the other half', '\udc00b', /surrogate/],
    ['decomposed Unicode', 'a\u0301', /normal form C/],
    ['the Kelvin sign, whose normal form is K', '\u212a', /normal form C/],
    ['a compatibility ideograph', '\uf900', /normal form C/],
  ])('%s', (_what, path, reason) => {
    expect(parseSyncPath(path)).toEqual({ ok: false, problem: expect.stringMatching(reason) });
  });
});

test('whatever is taken splits into segments that are no way out, and is given back as it was', () => {
  const segment = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom('.', '..', '', 'a', 'con', ' '),
  );
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 5 }), (segments) => {
      const parsed = parseSyncPath(segments.join('/'));
      if (!parsed.ok) return;
      expect(parsed.value).toBe(segments.join('/'));
      expect(parsed.value.split('/').filter((part) => ['', '.', '..'].includes(part))).toEqual([]);
      expect(Buffer.from(parsed.value, 'utf8').toString('utf8')).toBe(parsed.value);
    }),
    { numRuns: 2_000 },
  );
});

describe('names are one to a filesystem that ignores case and Unicode form', () => {
  const same = (a: string, b: string, expected: boolean) => expect(collisionKey(a) === collisionKey(b)).toBe(expected);

  test.each<[what: string, a: string, b: string]>([
    ['capitals', 'README.md', 'readme.MD'],
    ['folders too', 'A/b', 'a/B'],
    ['sharp s and ss', 'straße', 'STRASSE'],
    ['capital sharp s', 'STRAẞE', 'strasse'],
    ['the long s', 'ſet', 'Set'],
    ['the Kelvin sign', '\u212aelvin', 'kelvin'],
    ['the Ångström sign', '\u212b', 'å'],
    ['final and other sigma', 'ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύς'],
    ['a sigma in the middle of a path', 'ΣΑΣ/x', 'σας/X'],
    ['the dotted capital I and its letters', 'İ', 'i\u0307'],
    ['a ligature', 'ﬁle', 'FILE'],
    ['iota subscript, written three ways', 'ᾳ', 'ΑΙ'],
    ['the order of accents and iota', '\u03b1\u0345\u0301', 'ᾴ'],
    ['an accent composed and not', 'é', 'E\u0301'],
    ['the micro sign', 'µ', 'Μ'],
    ['symbol variants', 'ϐϑϕϖϰϱϵ', 'ΒΘΦΠΚΡΕ'],
    ['an apostrophe before n', 'ŉ', 'ʼN'],
    ['Armenian ligature', 'և', 'ԵՒ'],
    ['Cherokee', 'Ꭰ', 'ꭰ'],
    ['Georgian capitals', 'Ა', 'ა'],
    ['letters beyond the first plane', '𐐀', '𐐨'],
    ['title-case digraphs', 'ǅ', 'Ǆ'],
  ])('%s', (_what, a, b) => same(a, b, true));

  test.each<[what: string, a: string, b: string]>([
    ['another letter', 'a', 'b'],
    ['a letter without its accent', 'e', 'é'],
    ['the dotless i', 'ı', 'i'],
    ['a slash is no letter', 'a/b', 'ab'],
    ['width is not case', 'Ａ', 'A'],
  ])('but not: %s', (_what, a, b) => same(a, b, false));

  test('every code point that the engine’s own case-insensitive match folds together', () => {
    const apart: string[] = [];
    for (let point = 0x80; point < 0x1_0000; point += 1) {
      const letter = String.fromCodePoint(point);
      for (const other of new Set([letter.toLowerCase(), letter.toUpperCase()])) {
        const folds =
          Array.from(other).length === 1 && /\p{L}/u.test(letter) && new RegExp(`^${letter}$`, 'iu').test(other);
        if (folds && collisionKey(letter) !== collisionKey(other)) apart.push(`${letter} ${other}`);
      }
    }
    expect(apart).toEqual([]);
  });

  test('the key of a key is the key, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(collisionKey(collisionKey(text))).toBe(collisionKey(text));
        expect(collisionKey(text.normalize('NFD'))).toBe(collisionKey(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('order and length are those of the UTF-8 bytes', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('a', '\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uffff', '𐀀', '🎉'),
    }),
  );

  test('the order', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareByUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 3_000 },
    );
  });

  test('the length, half surrogates included', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: fc.constantFrom('\ud800', '\udc00', 'a', 'é') })), (a) => {
        expect(utf8Length(a)).toBe(Buffer.byteLength(a));
      }),
      { numRuns: 3_000 },
    );
  });
});

test('the folders above a path come nearest first', () => {
  expect(foldersAbove('a/b/c')).toEqual(['a/b', 'a']);
  expect(foldersAbove('a')).toEqual([]);
});
