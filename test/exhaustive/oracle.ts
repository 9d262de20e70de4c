import type { Client, Request, Scope, World } from './world.ts';

/*
 * What must hold, said without the code under test: nothing here imports a decision of src.
 * Each check gives the property that is violated, or null.
 */

export const SAFETY = {
  fresh: 'every write of the register is a version that never stood before',
  rises: 'epoch and generation only rise',
  chain: 'commits form one chain: the parent of each is the one before it, and none is lost from it',
  owner: 'at most one owner an epoch',
  epoch: 'no commit of epoch n after epoch n+1',
  successor: "no renewal, commit, release or force release touches another's tenure",
  names: "a lease's nonce names one tenure",
  believers: 'two clients believe in a lease at one time only after a pause or a force release',
  won: 'a commit that its client believes in is in the chain',
  lost: 'a commit that its client gave up is not in the chain and can never land',
  once: 'no change is committed twice',
  honest: 'a store that keeps its conditions is never taken for one that does not',
} as const;

/** A write that the store takes. `world` is the one before. */
export function checkStored(world: World, writer: Client, request: Request): string | null {
  const { head } = world;
  const { next, commit } = request;
  const epoch = head?.epoch ?? 0;
  if (next.nonce === head?.nonce) return SAFETY.fresh;
  if (next.epoch < epoch) return SAFETY.rises;
  if (!continuesChain(world, request)) return SAFETY.chain;
  if (commit !== null && next.commit?.generation !== (head?.commit?.generation ?? 0) + 1) return SAFETY.rises;
  if (commit !== null && commit.epoch !== next.epoch) return SAFETY.epoch;
  const before = head?.lease?.nonce ?? null;
  const after = next.lease?.nonce ?? null;
  if (after !== null && after !== before && next.epoch <= epoch) return SAFETY.owner;
  switch (request.kind) {
    case 'acquire':
      return after === writer.landed ? SAFETY.names : null;
    case 'small-push':
      return before !== null || next.epoch <= epoch ? SAFETY.owner : null;
    case 'renew':
    case 'commit':
    case 'release':
    case 'give-back':
    case 'force':
      return before !== request.tenure ? SAFETY.successor : null;
  }
}

function continuesChain({ head }: World, { next, commit }: Request): boolean {
  const before = head?.recentCommits ?? [];
  const added = commit === null ? [] : [commit.id];
  const chain = [...added, ...before];
  const same = chain.length === next.recentCommits.length && chain.every((id, at) => id === next.recentCommits[at]);
  return (
    same &&
    (next.commit?.id ?? null) === (chain[0] ?? null) &&
    (commit === null || commit.parent === (before[0] ?? null))
  );
}

/** A client takes its commit for part of the chain. */
export const checkWon = (world: World, id: string): string | null => (isInChain(world, id) ? null : SAFETY.won);

/** A client drops what it kept for the case that its commit lands after all. */
export function checkLost(world: World, id: string): string | null {
  const mayLand = world.clients.some(({ request, flight, copies }) =>
    [...copies, ...(request !== null && flight === 'travelling' ? [request] : [])].some(
      (one) => one.commit?.id === id && (!one.conditional || one.named === (world.head?.nonce ?? null)),
    ),
  );
  return isInChain(world, id) || mayLand ? SAFETY.lost : null;
}

const isInChain = ({ head }: World, id: string): boolean => head?.recentCommits.includes(id) === true;

/** What must hold of a state, however it came about. */
export function checkState({ clients, left }: World, scope: Scope): string | null {
  let believers = 0;
  for (const [index, { tenure, todo, phase, paused }] of clients.entries()) {
    if (todo < 0) return SAFETY.once;
    if (tenure === null || tenure.epoch === 0) continue;
    if (!tenure.over && !paused && (phase === 'owner' || phase === 'asking')) believers += 1;
    if (clients.some((other, at) => at > index && other.tenure?.epoch === tenure.epoch)) return SAFETY.owner;
  }
  const disturbed = left.pauses < scope.pauses || left.forces < scope.forces || scope.wildClocks === true;
  return believers > 1 && !disturbed ? SAFETY.believers : null;
}
