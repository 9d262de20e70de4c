import { createMet, packed, total } from './budget.ts';
import { canonical } from './canonical.ts';
import type { Rules } from './rules.ts';
import { createSeen, grown } from './seen.ts';
import { steps } from './steps.ts';
import { sentences } from './trace.ts';
import { firstWorld, type Scope, type World } from './world.ts';

export interface Found {
  /** Distinct states; what may still go wrong is no part of a state. */
  readonly states: number;
  /** Times that a state was expanded: again where it was met with faults left that no earlier meeting had. */
  readonly visits: number;
  readonly transitions: number;
  /** Steps of the longest path that was followed. */
  readonly depth: number;
  /** The first violation, and the steps that lead to it. */
  readonly violation: { readonly property: string; readonly trace: readonly string[] } | null;
}

/** Sees each state once, when it is first met; gives a violated property, or null. */
export type Visit = (world: World) => string | null;

/** All worlds reachable in this scope: those with the fewest faults first, then those with the fewest steps. */
export function search(scope: Scope, rules: Rules, visit: Visit, everyVisit: (world: World) => void = () => {}): Found {
  const seen = createSeen();
  const met = createMet();
  const paths = createPaths();
  const start = firstWorld(scope);
  const faults = total(packed(start.left));
  // By faults spent; each holds worlds and the number of their visit, in the order they were met.
  const queues: Visited[][] = Array.from({ length: faults + 1 }, () => []);
  const found: { violation: Found['violation'] } = { violation: null };
  let depth = 0;
  let transitions = 0;

  meet(start, -1, 0, 0);
  for (let spent = 0; spent <= faults && found.violation === null; spent += 1) {
    for (let queue = queues[spent] ?? []; queue.length > 0; queue = queues[spent] ?? []) {
      queues[spent] = [];
      for (const visited of queue) if (found.violation === null) expand(visited);
    }
  }
  return { states: seen.size, visits: paths.size(), transitions, depth, violation: found.violation };

  function expand({ world, visit, depth }: Visited) {
    let ordinal = 0;
    steps(world, scope, rules, (_label, _index, after) => {
      const mine = ordinal;
      ordinal += 1;
      if (found.violation !== null) return;
      transitions += 1;
      if (after.broken === null) meet(after, visit, mine, depth + 1);
      else report(after.broken, visit, mine);
    });
  }

  function meet(world: World, from: number, ordinal: number, steps: number) {
    const number = seen.add(canonical(world));
    const left = packed(world.left);
    if (!met.isNews(number < 0 ? ~number : number, left)) return;
    depth = Math.max(depth, steps);
    everyVisit(world);
    queues[faults - total(left)]?.push({ world, visit: paths.add(from, ordinal), depth: steps });
    const property = number < 0 ? visit(world) : null;
    if (property !== null) report(property, from, ordinal);
  }

  function report(property: string, from: number, ordinal: number) {
    found.violation = { property, trace: sentences(scope, rules, paths.to(from, ordinal)) };
  }
}

interface Visited {
  readonly world: World;
  readonly visit: number;
  readonly depth: number;
}

/** For each visit the one it came from, and the number of the step between. */
function createPaths() {
  let parents = new Int32Array(1 << 15);
  let ordinals = new Uint8Array(1 << 15);
  let size = 0;
  return {
    size: () => size,
    add(parent: number, ordinal: number): number {
      if (size === parents.length) {
        parents = grown(parents);
        ordinals = grown(ordinals);
      }
      parents[size] = parent;
      ordinals[size] = ordinal;
      size += 1;
      return size - 1;
    },
    to(visit: number, last: number): readonly number[] {
      const path = [last];
      for (let at = visit; at > 0; at = parents[at] ?? -1) path.unshift(ordinals[at] ?? 0);
      return path;
    },
  };
}
