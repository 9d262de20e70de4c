import type { Rules } from './rules.ts';
import { steps } from './steps.ts';
import { firstWorld, type Scope, type World } from './world.ts';

/** A path of step numbers as sentences. */
export function sentences(scope: Scope, rules: Rules, path: readonly number[]): readonly string[] {
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
