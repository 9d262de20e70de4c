import type { Rules } from './rules.ts';
import { steps } from './steps.ts';
import { firstWorld, type Scope, type World } from './world.ts';

/**
 * The same exploration without any of the reductions: every step by itself, worlds equal only when they are equal name for
 * name (names counted in the order in which they stand) and with the same faults left, clients in their places.
 */
export function* plainWorlds(scope: Scope, rules: Rules): Generator<World> {
  const seen = new Set<string>();
  let level = [firstWorld(scope)];
  while (level.length > 0) {
    const next: World[] = [];
    for (const world of level) {
      yield world;
      steps(
        world,
        scope,
        rules,
        (_label, _index, after) => {
          const text = plainText(after);
          if (seen.has(text)) return;
          seen.add(text);
          next.push(after);
        },
        'plain',
      );
    }
    level = next;
  }
}

/** Nothing is left out but the count of names. Epochs are named as well: they rise without end, and only equal ones meet. */
function plainText({ names: _names, ...world }: World): string {
  const named = new Map<string, string>();
  // A key repeats the name of its commit.
  return JSON.stringify(world).replaceAll(/"[nct]\d+"|"epoch":\d+|"key":"[^"]*"/g, (name) => {
    if (name.startsWith('"key"')) return '';
    const short = named.get(name) ?? `"${named.size}"`;
    named.set(name, short);
    return short;
  });
}
