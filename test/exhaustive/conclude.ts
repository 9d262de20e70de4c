import type { Head } from '../../src/core/format/records.ts';
import { afterLoss, firstOf, toIdle } from './client-steps.ts';
import { checkLost, checkWon } from './oracle.ts';
import type { Rules } from './rules.ts';
import { type Client, type World, withClient } from './world.ts';

/** What a swap came to, and what the client knows of the register then. */
export interface Outcome {
  readonly kind: 'won' | 'superseded' | 'lost' | 'unknown';
  readonly known: Head | null;
}

/** What the client does and believes after its swap. */
export function conclude(world: World, index: number, { kind, known }: Outcome, rules: Rules): World {
  const client = world.clients[index];
  const request = client?.request ?? null;
  if (client === undefined || request === null) return world;
  const next = withClient(world, index, { known, request: null, flight: 'travelling' });
  const isOurs = client.tenure !== null && known?.lease?.nonce === client.tenure.nonce && !client.tenure.over;
  switch (request.kind) {
    case 'acquire':
      return withClient(next, index, { phase: kind === 'won' ? 'won' : 'planned' });
    case 'renew':
      return isOurs ? withClient(next, index, { phase: 'owner' }) : toIdle(next, index);
    case 'commit':
      return afterLoss(believe(next, index, client, kind, rules), index);
    case 'small-push':
      return toIdle(believe(next, index, client, kind, rules), index);
    case 'release':
    case 'force':
      return toIdle(next, index);
    case 'give-back': {
      const stands = kind !== 'won' && known?.lease?.nonce === request.tenure;
      return withClient(toIdle(next, index), index, stands ? {} : { leaseNonce: null });
    }
  }
}

/** A commit taken for won ends the whole journal, one taken for lost its own entry; doubt keeps it. */
function believe(
  world: World,
  index: number,
  { journal, todo, request }: Client,
  kind: Outcome['kind'],
  rules: Rules,
): World {
  const id = request?.commit?.id ?? '';
  if (kind === 'unknown' && rules.doubtKeepsJournal) return world;
  const isWon = kind === 'won' || kind === 'superseded';
  const others = journal.filter((entry) => entry.id !== id);
  const given_up = isWon ? others.map((entry) => entry.id) : [id];
  const broken = firstOf([isWon ? checkWon(world, id) : null, ...given_up.map((one) => checkLost(world, one))]);
  const after = withClient(world, index, isWon ? { journal: [], todo: todo - 1 } : { journal: others });
  return { ...after, broken: after.broken ?? broken };
}
