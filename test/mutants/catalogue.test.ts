import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MUTANTS } from './catalogue.ts';
import { edited } from './planted-tree.ts';

const source = (file: string) => readFileSync(fileURLToPath(new URL(`../../src/${file}`, import.meta.url)), 'utf8');

/* `npm run mutants` plants and kills them; here they are kept in step with the code they are planted in. */
describe('a planted defect still has its place in the code', () => {
  it.each(MUTANTS)('$name', ({ edits }) => {
    for (const edit of edits) expect(edited(source(edit.file), edit)).toContain(edit.replace);
  });

  it('and a place that is gone is named', () => {
    expect(() => edited('one', { file: 'a.ts', find: 'two', replace: '' })).toThrow('a.ts: there is no "two"');
    expect(() => edited('one one', { file: 'a.ts', find: 'one', replace: '' })).toThrow('more than one');
  });
});
