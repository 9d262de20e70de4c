import { clientSteps, type Emit, type Way } from './client-steps.ts';
import { copySteps, requestSteps, withCopy } from './network-steps.ts';
import { checkState } from './oracle.ts';
import { quieten } from './quiet.ts';
import type { Rules } from './rules.ts';
import { type Client, isAlive, type Scope, spend, type World, withClient } from './world.ts';

/** Every step that can be next, of every client, of the network, of fate. Always in the same order for the same world. */
export function steps(world: World, scope: Scope, rules: Rules, emit: Emit, way: Way = 'reduced'): void {
  const checked: Emit = (label, index, next) =>
    emit(label, index, judged(way === 'reduced' ? quieten(next, rules) : next, scope));
  for (const [index, client] of world.clients.entries()) {
    copySteps(world, index, client, checked);
    requestSteps(world, index, client, rules, checked);
    if (!client.paused) clientSteps(world, index, client, scope, rules, checked, way);
    fate(world, index, client, checked);
  }
}

function judged(next: World, scope: Scope): World {
  if (next.broken !== null) return next;
  const broken = checkState(next, scope);
  return broken === null ? next : { ...next, broken };
}

function fate(world: World, index: number, client: Client, emit: Emit): void {
  const { left } = world;
  // Before it has sent anything a crash is the same as never going on.
  if (left.crashes > 0 && (client.tenure !== null || client.request !== null))
    emit('crashes', index, crash(world, index, client));
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
