import { createMet, packed, total } from './budget.ts';
import { canonical } from './canonical.ts';
import type { Rules } from './rules.ts';
import { createSeen, grown } from './seen.ts';
import { steps } from './steps.ts';
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
  /** False: a violation or the limit came first. */
  readonly complete: boolean;
}

/** Sees each state once, when it is first met; gives a violated property, or null. */
export type Visit = (world: World) => string | null;

/** All worlds reachable in this scope: those with the fewest faults first, then those with the fewest steps. */
export function search(scope: Scope, rules: Rules, visit: Visit, limit = Infinity): Found {
  const seen = createSeen();
  const met = createMet();
  const paths = createPaths();
  const first = firstWorld(scope);
  const faults = total(packed(first.left));
  // By faults spent; each holds worlds and the number of their visit, in the order they were met.
  const queues: { world: World; visit: number; depth: number }[][] = Array.from({ length: faults + 1 }, () => []);
  let depth = 0;
  let transitions = 0;
  let violation: Found['violation'] = null;

  meet(first, -1, 0, 0);
  for (let spent = 0; spent <= faults; spent += 1) {
    let queue = queues[spent] ?? [];
    while (queue.length > 0 && violation === null && seen.size < limit) {
      queues[spent] = [];
      for (const { world, visit: from, depth } of queue) {
        let ordinal = 0;
        steps(world, scope, rules, (_label, _index, after) => {
          const mine = ordinal;
          ordinal += 1;
          if (violation !== null) return;
          transitions += 1;
          if (after.broken === null) meet(after, from, mine, depth + 1);
          else violation = { property: after.broken, trace: replay(scope, rules, paths.to(from, mine)) };
        });
      }
      queue = queues[spent] ?? [];
    }
  }
  const complete = violation === null && seen.size < limit;
  return { states: seen.size, visits: paths.size(), transitions, depth, violation, complete };

  function meet(world: World, from: number, ordinal: number, steps: number) {
    const number = seen.add(canonical(world));
    const left = packed(world.left);
    if (!met.isNews(number < 0 ? ~number : number, left)) return;
    depth = Math.max(depth, steps);
    queues[faults - total(left)]?.push({ world, visit: paths.add(from, ordinal), depth: steps });
    const property = number < 0 ? visit(world) : null;
    if (property !== null) violation = { property, trace: replay(scope, rules, paths.to(from, ordinal)) };
  }
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

/** A path of step numbers as sentences. */
function replay(scope: Scope, rules: Rules, path: readonly number[]): readonly string[] {
  let world = firstWorld(scope);
  return path.map((wanted, at) => {
    let ordinal = 0;
    let sentence = '';
    let chosen = world;
    steps(world, scope, rules, (label, index, after) => {
      if (ordinal === wanted) {
        chosen = after;
        sentence = `${String(at + 1).padStart(2)}. client ${index + 1} ${subject(world, index)}${label}  →  ${headText(after)}`;
      }
      ordinal += 1;
    });
    world = chosen;
    return sentence;
  });
}

function subject({ clients }: World, index: number): string {
  const request = clients[index]?.request;
  return request ? `(${request.kind}) ` : '';
}

function headText({ head }: World): string {
  if (head === null) return 'no register';
  const lease = head.lease === null ? 'free' : `held by ${head.lease.holder} (${head.lease.nonce})`;
  return `${head.nonce}: epoch ${head.epoch}, ${lease}, commits [${head.recentCommits.join(' ')}]`;
}
