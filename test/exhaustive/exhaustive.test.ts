import { expect, test } from 'vitest';
import { RULES } from './rules.ts';
import { QUICK } from './scopes.ts';
import { search } from './search.ts';
import { createTakeovers } from './takeover.ts';

test.each(Object.entries(QUICK))('every state is safe, and none is a trap: %s', (_title, scope) => {
  const takeovers = createTakeovers(scope, RULES);
  const { states, transitions, violation } = search(scope, RULES, takeovers.check);
  expect(violation).toBeNull();
  expect(transitions).toBeGreaterThan(states);
  expect(takeovers.abandoned).toBeGreaterThan(0);
});
