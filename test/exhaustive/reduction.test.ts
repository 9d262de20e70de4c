import { expect, test } from 'vitest';
import { createMet, packed } from './budget.ts';
import { canonical } from './canonical.ts';
import { plainWorlds } from './plain.ts';
import { quieten } from './quiet.ts';
import { RULES } from './rules.ts';
import { search } from './search.ts';
import type { Scope, World } from './world.ts';

const NO_FAULTS = { steals: 0, forces: 0, crashes: 0, pauses: 0, losses: 0, copies: 0 };

/** Small enough to be explored without reductions, and each kind of fault beside each other one. */
const SCOPES: Record<string, Partial<Scope>> = {
  'no faults': {},
  'a steal': { steals: 1 },
  'a force release': { forces: 1 },
  'a crash': { crashes: 1 },
  'a pause and a steal': { pauses: 1, steals: 1 },
  'a lost answer': { losses: 1 },
  'a copy': { copies: 1 },
  'one client, each of its faults once': { clients: 1, steals: 1, crashes: 1, pauses: 1, losses: 1, copies: 1 },
  'one client, two changes': { clients: 1, changes: 2, steals: 1, losses: 1, copies: 1 },
};

/*
 * The reductions (canonical texts, quiet steps, nothing sent without a lease from a version that is gone, no second visit with
 * fewer faults left) must lose no state: each world that is reached without them has its text among those reached with them, with at
 * least as many faults left.
 */
test.each(Object.entries(SCOPES))('reduced and plain exploration reach the same: %s', (_title, faults) => {
  const scope: Scope = { clients: 2, changes: 1, ...NO_FAULTS, ...faults };
  const reached = new Map<string, ReturnType<typeof createMet>>();
  const everyVisit = (world: World) => {
    const text = canonical(world);
    const met = reached.get(text) ?? createMet();
    met.isNews(0, packed(world.left));
    reached.set(text, met);
  };
  search(scope, RULES, () => null, everyVisit);
  let plain = 0;
  const texts = new Set<string>();
  for (const world of plainWorlds(scope, RULES)) {
    plain += 1;
    if (world.broken !== null) throw new Error(world.broken);
    const text = canonical(quieten(world, RULES));
    texts.add(text);
    if (reached.get(text)?.isNews(0, packed(world.left)) !== false) throw new Error(`not reached: ${text}`);
  }
  expect(plain).toBeGreaterThan(reached.size);
  expect([...reached.keys()].filter((text) => !texts.has(text))).toEqual([]);
});
