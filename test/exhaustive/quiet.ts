import { toIdle } from './client-steps.ts';
import { conclude } from './conclude.ts';
import type { Rules } from './rules.ts';
import { type Client, etagOf, isAlive, type World, withClient } from './world.ts';

/**
 * Takes at once the steps that change nothing but their own client, whenever they come: every order of the others around
 * them is the same. This keeps the number of states down; that none is lost by it is checked in `reduction.test.ts`.
 */
export function quieten(world: World, rules: Rules): World {
  let after = world;
  for (const [index, client] of world.clients.entries()) {
    if (client.phase !== 'idle') after = quietenClient(after, index, client, rules);
  }
  return after;
}

function quietenClient(world: World, index: number, client: Client, rules: Rules): World {
  const { phase, tenure, request, flight, paused } = client;
  const { head } = world;
  const isOurs = tenure !== null && tenure.nonce === head?.lease?.nonce;
  const mayLand = tenure !== null && tenure.named === etagOf(head);
  const isDead = request !== null && !isAlive(request, head);
  // What a release came to changes nothing any more.
  if (isDead && (request.kind === 'release' || request.kind === 'give-back' || request.kind === 'force'))
    return conclude(world, index, { kind: 'lost', known: head }, rules);
  if (tenure === null || isOurs) return world;
  if (isDead && request.kind === 'renew' && flight !== 'stored') return toIdle(world, index);
  // An attempt to get the lease that has come to nothing: it reads again, and its next attempt is for another tenure.
  const contends = phase === 'planned' || phase === 'won' || request?.kind === 'acquire';
  if (contends && !mayLand && rules.contestRenamesTenure) return withClient(world, index, contending);
  // Nothing depends any more on what a pause keeps it from noticing.
  return paused && !mayLand ? withClient(world, index, { paused: false }) : world;
}

const contending: Partial<Client> = {
  phase: 'planned',
  paused: false,
  known: undefined,
  plan: undefined,
  tenure: null,
  request: null,
  flight: 'travelling',
};
