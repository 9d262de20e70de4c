import { clientText, registerText } from './canonical.ts';
import { clientSteps, firstOf } from './client-steps.ts';
import { requestSteps, store } from './network-steps.ts';
import { quieten } from './quiet.ts';
import type { Rules } from './rules.ts';
import { firstWorld, isAlive, type Request, type Scope, type World, withClient } from './world.ts';

export const LIVENESS =
  'any one client left alone takes over an abandoned lease and gets its commit in, whatever still travels';

/** More than any run of the right rules needs; the greatest is reported. */
const MOST_STEPS = 60;

export interface Takeovers {
  /** Gives the property if some client, or one that arrives now, can be kept from its commit for ever. */
  readonly check: (world: World) => string | null;
  /** States whose lease belongs to nobody who would renew it, use it or give it back. */
  readonly abandoned: number;
  /** Runs that differ; each stands for all states that look the same to the client that runs. */
  readonly runs: number;
  /** Steps of the longest of them. */
  readonly longest: number;
}

/**
 * From every state, and for each client with something to commit (and for a newcomer): all others never take a step again,
 * as if dead; the network loses nothing more; what still travels is stored at whatever moment is worst. The client must
 * have committed after a bounded number of steps of its own.
 */
export function createTakeovers(scope: Scope, rules: Rules): Takeovers {
  const known = new Set<string>();
  const newcomer = firstWorld({ ...scope, clients: 1, changes: 1 }).clients;
  let abandoned = 0;
  let longest = 0;
  return {
    get abandoned() {
      return abandoned;
    },
    get runs() {
      return known.size;
    },
    get longest() {
      return longest;
    },
    check(world) {
      if (isAbandoned(world)) abandoned += 1;
      const joined: World = { ...world, clients: [...world.clients, ...newcomer], left: { ...NO_FAULTS, steals: 15 } };
      for (const [index, { todo }] of joined.clients.entries()) {
        const property = todo === 0 ? null : finishes(joined, index);
        if (property !== null) return property;
      }
      return null;
    },
  };

  function finishes(world: World, index: number): string | null {
    const client = world.clients[index];
    const travelling = othersTravelling(world, index);
    const kinds = new Set(travelling.map(({ request }) => `${request.kind}${request.conditional}`));
    const text = `${registerText(world)}${client && clientText(client, world)}+${[...kinds].toSorted().join(',')}`;
    if (known.has(text)) return null;
    known.add(text);
    const runs = [...travelling, ...ownCopies(world, index)].map((one) => finishesDespite(world, index, one));
    return firstOf([finish(world, index, 0), ...runs]);
  }

  /** Whenever one of them is stored, the others that travel name a version that is gone. */
  function finishesDespite(world: World, index: number, { from, request }: Travelling): string | null {
    let at: World | null = world;
    for (let count = 0; at !== null && isAlive(request, at.head); count += 1) {
      if (at.clients[index]?.todo === 0) return null;
      const property: string | null = finish(quieten(store(at, from, request), rules), index, count);
      if (property !== null) return property;
      at = step(at, index);
    }
    return null;
  }

  function finish(world: World, index: number, before: number): string | null {
    let at: World | null = world;
    for (let count = before; count <= MOST_STEPS && at !== null; count += 1) {
      if (at.broken !== null) return at.broken;
      longest = Math.max(longest, count);
      if (at.clients[index]?.todo === 0) return null;
      at = step(at, index);
    }
    return LIVENESS;
  }

  /** The first step that each phase offers leads on; those of giving up come after it. */
  function step(world: World, index: number): World | null {
    const client = world.clients[index];
    if (client === undefined) return null;
    if (client.paused) return withClient(world, index, { paused: false });
    let first: World | null = null;
    const take = (_label: string, _index: number, next: World) => void (first ??= quieten(next, rules));
    requestSteps(world, index, client, rules, take);
    clientSteps(world, index, client, scope, rules, take, 'reduced');
    return first;
  }
}

const NO_FAULTS = { steals: 0, forces: 0, crashes: 0, pauses: 0, losses: 0, copies: 0 };

interface Travelling {
  readonly from: number;
  readonly request: Request;
}

const othersTravelling = ({ clients, head }: World, index: number): readonly Travelling[] =>
  clients.flatMap(({ request, flight, copies }, from) => {
    if (from === index) return [];
    const asked = request !== null && flight === 'travelling' ? [request] : [];
    return [...asked, ...copies].filter((one) => isAlive(one, head)).map((one) => ({ from, request: one }));
  });

const ownCopies = ({ clients }: World, from: number): readonly Travelling[] =>
  (clients[from]?.copies ?? []).map((request) => ({ from, request }));

const isAbandoned = ({ head, clients }: World): boolean =>
  head !== null && head.lease !== null && clients.every(({ tenure }) => tenure?.nonce !== head.lease?.nonce);
