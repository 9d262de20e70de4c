import { expect } from 'vitest';
import { bytes, keysBelow, readText } from './check.ts';
import type { Cases } from './context.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Keys that some client, gateway, URL or XML writer is known to mangle. */
const oddKeys = [
  'a space',
  'plus+plus',
  'percent%41',
  'quotes\'"',
  'angle<&>',
  'question?mark#hash',
  'ünïcode/日本語',
  'beyond the BMP 😀',
  'private use \uE000 sorts before 😀',
  'double//slash',
  './dot',
  'x/../y',
  'tab\tand\nnewline',
  'control \u0001',
  "star*bang!paren()'~",
  'back\\slash',
  'colon:semi;comma,equals=at@dollar$',
  'k'.repeat(900),
];

export const keyCases: Cases = {
  'odd keys are stored, listed, copied and deleted under their own name': async ({ store }) => {
    await Promise.all(oddKeys.map((key) => store.put(key, bytes(key))));
    expect(await keysBelow(store, '')).toEqual(oddKeys.toSorted(byBytes));
    for (const key of oddKeys) {
      expect(await readText(store, key)).toBe(key);
      expect(await keysBelow(store, key)).toEqual([key]);
      await store.copy(key, `copies/${key}`);
      expect(await readText(store, `copies/${key}`)).toBe(key);
      await store.delete(key);
    }
    expect(await keysBelow(store, '')).toEqual(oddKeys.map((key) => `copies/${key}`).toSorted(byBytes));
  },
  'pages over more than 1,000 keys come in UTF-8 order, none twice and none left out': async ({ store }) => {
    const keys = Array.from({ length: 1_005 }, (_, index) => `${index % 7}/${index}${index % 3 === 0 ? 'é' : ''}`);
    for (let at = 0; at < keys.length; at += 67) {
      await Promise.all(keys.slice(at, at + 67).map((key) => store.put(key, bytes(''))));
    }
    const first = await store.list('');
    expect(first.next).toBeTypeOf('string');
    expect(first.objects.length).toBeLessThanOrEqual(1_000);
    const sorted = keys.toSorted(byBytes);
    expect(await keysBelow(store, '')).toEqual(sorted);
    expect(await keysBelow(store, '', 300)).toEqual(sorted);
    expect(await keysBelow(store, '3/')).toEqual(sorted.filter((key) => key.startsWith('3/')));
  },
  'a list of nothing is one empty page': async ({ store }) => {
    expect(await store.list('none')).toEqual({ objects: [] });
  },
  'a list goes by the text of the prefix, not by folders': async ({ store }) => {
    await Promise.all(['ab', 'abc/d', 'abd', 'b'].map((key) => store.put(key, bytes(key))));
    expect(await keysBelow(store, 'ab')).toEqual(['ab', 'abc/d', 'abd']);
  },
  'two prefixes do not see each other, even when one begins with the other': async ({ open, prefix }) => {
    const [short, long] = [open(`${prefix}/team`), open(`${prefix}/team-b`)];
    await short.put('it', bytes('short'));
    await long.put('it', bytes('long'));
    await long.put('only-here', bytes('x'));
    expect(await keysBelow(short, '')).toEqual(['it']);
    expect(await keysBelow(long, '')).toEqual(['it', 'only-here']);
    await short.delete('only-here');
    await short.delete('it');
    expect(await readText(long, 'it')).toBe('long');
    expect(await keysBelow(open(prefix), 'team')).toEqual(['team-b/it', 'team-b/only-here']);
  },
};
