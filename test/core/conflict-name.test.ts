import { describe, expect, test } from 'vitest';
import { conflictName } from '../../src/core/paths/conflict-name.ts';
import { parseSyncPath, utf8Length } from '../../src/core/paths/sync-path.ts';

const SUFFIX = 'conflict-alice-20261120T193000Z';

describe('a conflict copy lies beside its file', () => {
  test.each<[what: string, path: string, taken: string[], name: string]>([
    ['before the extension', 'a/b.json', [], `a/b.${SUFFIX}.json`],
    ['before the last extension only', 'b.tar.gz', [], `b.tar.${SUFFIX}.gz`],
    ['at the end without one', 'a.d/Makefile', [], `a.d/Makefile.${SUFFIX}`],
    ['at the end of a dotfile', 'a/.env', [], `a/.env.${SUFFIX}`],
    ['in a dotfile with an extension', '.env.local', [], `.env.${SUFFIX}.local`],
    ['numbered when it is taken', 'b.json', [`b.${SUFFIX}.json`], `b.${SUFFIX}-2.json`],
    ['numbered on', 'b.json', [`b.${SUFFIX}.json`, `b.${SUFFIX}-2.json`], `b.${SUFFIX}-3.json`],
  ])('%s', (_what, path, taken, name) => {
    expect(conflictName(path, SUFFIX, (other) => taken.includes(other))).toBe(name);
  });

  test.each<[what: string, path: string]>([
    ['a name of 255 bytes', `${'n'.repeat(250)}.json`],
    ['a name of many-byte letters', `${'語'.repeat(80)}.json`],
    ['letters of four bytes', `${'🎉'.repeat(60)}.json`],
    ['a path of 1,024 bytes', `${`${'d'.repeat(99)}/`.repeat(9)}${'n'.repeat(119)}.json`],
    ['an extension that is none', `a.${'x'.repeat(250)}`],
  ])('shortened to fit: %s', (_what, path) => {
    const name = conflictName(path, SUFFIX, () => false);
    expect(parseSyncPath(name).ok).toBe(true);
    expect(utf8Length(name.slice(name.lastIndexOf('/') + 1))).toBeLessThanOrEqual(255);
    expect(name.slice(0, name.lastIndexOf('/') + 1)).toBe(path.slice(0, path.lastIndexOf('/') + 1));
    expect(name).toContain(SUFFIX);
  });

  test('where there is no room at all, the name is one that the validator refuses', () => {
    const deep = `${`${'d'.repeat(99)}/`.repeat(10)}n.json`;
    expect(parseSyncPath(deep).ok).toBe(true);
    expect(parseSyncPath(conflictName(deep, SUFFIX, () => false)).ok).toBe(false);
  });
});
