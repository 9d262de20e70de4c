import { clientSteps, type Emit } from './client-steps.ts';
import { withCopy } from './network-steps.ts';
import { networkSteps } from './network-steps.ts';
import { checkState } from './oracle.ts';
import type { Rules } from './rules.ts';
import { type Client, etagOf, isAlive, type Scope, spend, withClient, type World } from './world.ts';

/** Every step that can be next, of every client, of the network, of fate. Always in the same order for the same world. */
export function steps(world: World, scope: Scope, rules: Rules, emit: Emit): void {
  const checked: Emit = (label, index, next) =>
    emit(label, index, judged(rules.contestRenamesTenure ? forgetGone(next) : next, scope));
  for (const [index, client] of world.clients.entries()) {
    networkSteps(world, index, client, rules, checked);
    if (!client.paused) clientSteps(world, index, client, scope, rules, checked);
    fate(world, index, client, checked);
  }
}

/**
 * Once the version that an attempt to get the lease named is gone, it has landed or never will: the next attempt is for
 * another tenure. The client finds that out with its next read, before it does anything else.
 */
function forgetGone(next: World): World {
  let after = next;
  for (const [index, { phase, tenure }] of next.clients.entries()) {
    if (phase !== 'planned' || tenure === null) continue;
    if (tenure.named === etagOf(next.head) || tenure.nonce === next.head?.lease?.nonce) continue;
    after = withClient(after, index, { tenure: null, paused: false });
  }
  return after;
}

function judged(next: World, scope: Scope): World {
  if (next.broken !== null) return next;
  const broken = checkState(next, scope);
  return broken === null ? next : { ...next, broken };
}

function fate(world: World, index: number, client: Client, emit: Emit): void {
  const { left } = world;
  // Before it has sent anything a crash is the same as never going on.
  if (left.crashes > 0 && (client.tenure !== null || client.request !== null)) emit('crashes', index, crash(world, index, client));
  if (client.paused) emit('wakes up, unaware', index, withClient(world, index, { paused: false }));
  // Whoever claims no lease and is paused is merely slow, which every order of steps covers.
  else if (left.pauses > 0 && client.tenure !== null && !client.tenure.over)
    emit('is paused', index, withClient(spend(world, 'pauses'), index, { paused: true }));
}

/** What it knew is gone, what it had sent is not. It may begin again, or never. */
function crash(world: World, index: number, client: Client): World {
  const { request, flight } = client;
  const travels = request !== null && flight === 'travelling' && isAlive(request, world.head);
  return withClient(spend(world, 'crashes'), index, {
    phase: 'idle',
    paused: false,
    known: undefined,
    plan: undefined,
    tenure: null,
    request: null,
    flight: 'travelling',
    copies: travels ? withCopy(client.copies, request) : client.copies,
  });
}
