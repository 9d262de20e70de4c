import { describe, expect, test } from 'vitest';
import { hasUnmatched, type Kept, keptTexts } from '../../src/core/setup/kept-text.ts';

const NONE: Kept = { withheld: 0, changed: 0, otherTime: 0, otherMode: 0, leftOut: 0, isDurable: true };

describe('what a folder alone has after a set-up', () => {
  test.each<[what: string, given: Partial<Kept>, texts: readonly string[]]>([
    ['nothing', {}, []],
    [
      'credentials',
      { withheld: 1 },
      [
        '/a.old alone has 1 file that may hold credentials: before you delete it, keep them in a safe place, or name them under "allow" and copy them to /b.',
      ],
    ],
    [
      'versions of before',
      { changed: 2 },
      [
        '/a.old alone has 2 files in the version of before, changed, renamed or deleted in /b since: compare before you delete it.',
      ],
    ],
    [
      'times',
      { otherTime: 1 },
      ['/a.old alone has the times of 1 file, which /b did not keep: delete it when nothing needs those times.'],
    ],
    [
      'modes',
      { otherMode: 2 },
      [
        '/a.old alone has the mode of 2 files, which /b has otherwise: see there which of them shall be run, and set that (chmod +x, chmod -x) before you delete it.',
      ],
    ],
    [
      'the only copy that survives a power cut for sure',
      { isDurable: false },
      [
        'The file system of /b does not tell when files are safe from a power cut: keep /a.old until you know that they are.',
      ],
    ],
    [
      'what no rule brings along',
      { leftOut: 3 },
      [
        "/a.old alone has 3 files left out by rule (what is excluded, links, git's own, versions kept aside): before you delete it, copy those that are wanted to a safe place.",
      ],
    ],
  ])('%s', (_what, given, texts) => {
    const found = { ...NONE, ...given };
    expect(keptTexts(found, '/a.old', '/b')).toEqual(texts);
    expect(hasUnmatched(found)).toBe(texts.length > 0 && found.leftOut === 0 && found.isDurable);
  });
});
