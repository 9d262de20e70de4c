import { expect, test } from 'vitest';
import { kill, MUTANTS } from './mutants.ts';

test.each(Object.entries(MUTANTS))('a wrong rule is found: %s', (_title, mutant) => {
  const { violation } = kill(mutant);
  expect(mutant.violates).toContain(violation?.property);
  // Each step is a sentence with the register it leads to.
  expect(violation?.trace.length).toBeGreaterThan(1);
  for (const [index, step] of violation?.trace.entries() ?? [])
    expect(step).toMatch(new RegExp(`^ *${index + 1}\\. client \\d .*  →  `));
});
