import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asideRule, ignoreRule, withIgnored } from '../../src/core/paths/gitignore.ts';

const section = (...lines: string[]) => ['# datastore-sync begin', ...lines, '# datastore-sync end', ''].join('\n');

describe('our section of .gitignore', () => {
  test.each<[what: string, before: string | null, lines: string[], after: string]>([
    ['makes the file', null, ['/data/'], section('/data/')],
    ['fills an empty file', '', ['/data/'], section('/data/')],
    ['follows what is there', '*.log\n', ['/data/'], `*.log\n\n${section('/data/')}`],
    ['follows a last line without an end', '*.log', ['/data/'], `*.log\n\n${section('/data/')}`],
    ['needs no second gap', '*.log\n\n', ['/data/'], `*.log\n\n${section('/data/')}`],
    ['adds to its own lines', `a\n${section('/old/')}b\n`, ['/new/'], `a\n${section('/old/', '/new/')}b\n`],
    ['adds no line twice', section('/a/', '/b/'), ['/b/', '/c/'], section('/a/', '/b/', '/c/')],
    [
      'keeps what a person wrote into it',
      section('/a/', '*.log', '# x'),
      ['/c/'],
      section('/a/', '*.log', '# x', '/c/'),
    ],
    [
      'begins at the last begin before the end',
      `# datastore-sync begin\nx\n${section('/a/')}`,
      ['/d/'],
      `# datastore-sync begin\nx\n${section('/a/', '/d/')}`,
    ],
    ['takes the line endings that are there', 'a\r\n', ['/d/'], `a\r\n\r\n${section('/d/').replaceAll('\n', '\r\n')}`],
    ['leaves a last line without an end so', section('/d/').trimEnd(), ['/e/'], section('/d/', '/e/').trimEnd()],
    [
      'takes a begin without an end for no section',
      '# datastore-sync begin\nx\n',
      ['/d/'],
      `# datastore-sync begin\nx\n\n${section('/d/')}`,
    ],
  ])('%s', (_what, before, lines, after) => {
    expect(withIgnored(before, lines)).toBe(after);
  });

  test('no line that was there is ever lost', () => {
    const rows = fc.array(fc.constantFrom('a', '', '/d/', '# datastore-sync begin', '# datastore-sync end'));
    fc.assert(
      fc.property(rows, (before) => {
        const once = withIgnored(`${before.join('\n')}\n`, ['/new/']).split('\n');
        expect(withIgnored(once.join('\n'), ['/new/']).split('\n')).toEqual(once);
        const left = [...once];
        for (const row of before) {
          expect(left).toContain(row);
          left.splice(left.indexOf(row), 1);
        }
      }),
    );
  });

  const texts = fc.array(fc.constantFrom('a', '', '*.log', '# x', ' b ', '!c'), { maxLength: 6 });
  const endings = fc.constantFrom('\n', '\r\n');

  test('a second time changes nothing, and other lines never change', () => {
    fc.assert(
      fc.property(texts, texts, endings, fc.boolean(), (before, after, eol, isOpen) => {
        const old = [...before, ...section('/old/').trimEnd().split('\n'), ...after].join(eol) + (isOpen ? '' : eol);
        for (const text of [old, before.join(eol), null]) {
          const once = withIgnored(text, ['/new/', '/x.[0-9]*/']);
          expect(withIgnored(once, ['/new/', '/x.[0-9]*/'])).toBe(once);
          const others = (found: string) => found.replace(/# datastore-sync begin[^]*# datastore-sync end/, '');
          expect(others(once).trimEnd()).toBe(others(text ?? '').trimEnd());
        }
      }),
    );
  });
});

test.each([
  ['data', '/data/', '/data.[0-9]*/'],
  ['.swamp', '/.swamp/', '/.swamp.[0-9]*/'],
  ['a b/c', '/a b/c/', '/a b/c.[0-9]*/'],
  ['what?[1]*', '/what\\?\\[1\\]\\*/', '/what\\?\\[1\\]\\*.[0-9]*/'],
])('%s is ignored as %s', (folder, rule, aside) => {
  expect([ignoreRule(folder), asideRule(folder)]).toEqual([rule, aside]);
});
