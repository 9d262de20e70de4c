import { checkLost } from './oracle.ts';
import type { Rules } from './rules.ts';
import { fresh, pointerTo, send, sendAcquire, sendSmallPush } from './send.ts';
import { type Client, etagOf, type Scope, spend, type Tenure, TTL_MS, type World, withClient } from './world.ts';

/** Takes one possible next world; the label says what the client did. */
export type Emit = (label: string, index: number, next: World) => void;

/**
 * `reduced`: without a lease nothing is sent from a version that is gone, because that is the same as a request that was
 * sent while it stood and was slow; and what `quiet.ts` says. `plain`: every step by itself.
 */
export type Way = 'reduced' | 'plain';

/** What a running client may do next of its own accord, in the engine's order: read, judge, send. */
export function clientSteps(
  world: World,
  index: number,
  client: Client,
  scope: Scope,
  rules: Rules,
  emit: Emit,
  way: Way,
): void {
  const knowsLatest = etagOf(client.known ?? null) === etagOf(world.head);
  // A holder can come out of a swap in doubt with a version that went while it asked: there was no earlier moment to send.
  const sends = way === 'plain' || client.phase === 'owner' || knowsLatest;
  switch (client.phase) {
    case 'idle':
      if (client.todo > 0) emit('reads, settles its journal and plans', index, begin(world, index, rules));
      if (client.leaseNonce !== null) giveBackOld(world, index, client.leaseNonce, rules, emit);
      return;
    case 'planned':
      return contend(world, index, client, scope, rules, emit, sends);
    case 'won':
      return confirm(world, index, client, rules, emit, sends);
    case 'owner':
      return own(world, index, client, rules, emit, sends);
    case 'asking':
  }
}

/** One read: what is journaled is settled by it, and the plan stands on its commit. */
function begin(world: World, index: number, rules: Rules): World {
  const settled = settle(world, index, rules);
  const done = settled.clients[index]?.todo === 0;
  return withClient(settled, index, {
    phase: done ? 'idle' : 'planned',
    plan: done ? undefined : (world.head?.commit?.id ?? null),
    tenure: null,
  });
}

export function settle(world: World, index: number, rules: Rules): World {
  const client = world.clients[index];
  if (client === undefined) return world;
  const chain = world.head?.recentCommits ?? [];
  const landed = client.journal.filter(({ id }) => chain.includes(id));
  const open = client.journal.filter(
    ({ id, named }) => !chain.includes(id) && rules.settleKeepsOpen && named === etagOf(world.head),
  );
  const dropped = client.journal.filter((entry) => !landed.includes(entry) && !open.includes(entry));
  const settled = withClient(world, index, {
    known: world.head,
    journal: open.length === client.journal.length ? client.journal : open,
    todo: client.todo - landed.length,
  });
  return { ...settled, broken: settled.broken ?? firstOf(dropped.map(({ id }) => checkLost(world, id))) };
}

export const firstOf = (found: readonly (string | null)[]): string | null => found.find((one) => one !== null) ?? null;

/** Another process of the workspace gives back what a dead one held. */
function giveBackOld(world: World, index: number, nonce: string, rules: Rules, emit: Emit): void {
  const read = withClient(world, index, { known: world.head });
  const sent = send(read, index, { kind: 'give-back', tenure: nonce }, (head, fresh) =>
    head === null ? null : rules.withRelease(head, fresh, nonce),
  );
  emit('gives back the lease of its dead process', index, sent ?? withClient(read, index, { leaseNonce: null }));
}

function contend(
  world: World,
  index: number,
  client: Client,
  scope: Scope,
  rules: Rules,
  emit: Emit,
  sends: boolean,
): void {
  const { head, left } = world;
  const isOurs = head?.lease != null && head.lease.nonce === client.tenure?.nonce;
  const gone = client.tenure !== null && client.tenure.named !== etagOf(head) && rules.contestRenamesTenure;
  const tenure = gone && !isOurs ? null : client.tenure;
  const read = withClient(world, index, { known: head, tenure });
  const ourNonce = tenure?.nonce ?? null;
  if (sends && client.plan !== undefined && (client.known?.lease === null || !rules.smallPushWaits)) {
    const pushed = sendSmallPush(world, index, rules);
    if (pushed !== null) emit('sends a small push', index, pushed);
  }
  const verdict = rules.judgeLease({ head, ourNonce, unchangedMs: 0, storeAgeMs: null });
  if (verdict.kind === 'free') emitSent('asks for the lease', sendAcquire(read, index, rules, false));
  else if (verdict.kind === 'ours') emit('finds the lease to be its own', index, startTenure(read, index, client));
  else if (verdict.kind === 'stale')
    emitSent('takes the lease over at first sight', sendAcquire(read, index, rules, true));
  else if (etagOf(client.known ?? null) !== etagOf(head)) emit('finds the lease held', index, read);

  const stoodStill = client.known !== undefined && etagOf(client.known) === etagOf(head);
  if (head?.lease && head.lease.nonce !== ourNonce && left.steals > 0 && (stoodStill || scope.wildClocks === true)) {
    const late = rules.judgeLease({ head, ourNonce, unchangedMs: TTL_MS, storeAgeMs: null });
    if (late.kind === 'stale') {
      const now = scope.wildClocks === true ? read : letTtlPass(read, head.lease.nonce, rules);
      emitSent(
        'has seen the register stand still for a ttl and takes the lease over',
        sendAcquire(spend(now, 'steals'), index, rules, true),
      );
    }
  }
  const shown = client.known?.lease?.nonce;
  if (shown !== undefined && left.forces > 0) {
    emitSent(
      'ends by force the tenure it was shown',
      send(spend(read, 'forces'), index, { kind: 'force', tenure: shown }, (now, nonce) =>
        now === null ? null : rules.withForcedRelease(now, nonce, shown),
      ),
    );
  }
  emit('gives up waiting', index, toIdle(world, index));

  function emitSent(label: string, sent: World | null) {
    if (sent !== null) emit(label, index, sent);
  }
}

/** Whoever holds it and is awake has stopped believing by then; its own clocks say so. */
function letTtlPass(world: World, nonce: string, rules: Rules): World {
  const sent = { wall: 0, monotonic: 0 };
  let after = world;
  for (const [index, { tenure, paused, phase }] of world.clients.entries()) {
    if (tenure?.nonce !== nonce || tenure.over) continue;
    const elapsed = paused ? 0 : TTL_MS;
    if (rules.remainingValidity(sent, { wall: elapsed, monotonic: elapsed }, TTL_MS) > 0) continue;
    after = phase === 'owner' ? toIdle(after, index) : withClient(after, index, { tenure: { ...tenure, over: true } });
  }
  return after;
}

/** The cycle is over: nothing of it is left but the journal. */
export function toIdle(world: World, index: number): World {
  const client = world.clients[index];
  if (client === undefined) return world;
  const leaseNonce = client.leaseNonce === client.tenure?.nonce ? null : client.leaseNonce;
  return withClient(world, index, { phase: 'idle', plan: undefined, tenure: null, request: null, leaseNonce });
}

/** The tenure begins with what was just read; the plan is made again before anything is committed. */
function startTenure(read: World, index: number, { tenure }: Client): World {
  if (tenure === null) return read;
  if (tenure.over) return toIdle(read, index);
  return withClient(read, index, {
    phase: 'owner',
    plan: undefined,
    tenure: { ...tenure, epoch: read.head?.epoch ?? 0 },
    leaseNonce: tenure.nonce,
  });
}

function confirm(world: World, index: number, client: Client, rules: Rules, emit: Emit, sends: boolean): void {
  const read = withClient(world, index, { known: world.head });
  const { tenure } = client;
  if (tenure === null) return;
  if (world.head?.lease?.nonce === tenure.nonce)
    emit('reads back that it has the lease', index, startTenure(read, index, client));
  else emit('reads back that the lease is gone again', index, withClient(read, index, { phase: 'planned' }));
  if (sends && world.left.losses > 0) {
    const sent = sendRelease(spend(world, 'losses'), index, tenure, rules);
    if (sent !== null) emit('cannot read back, and gives the lease back', index, sent);
  }
}

function own(world: World, index: number, client: Client, rules: Rules, emit: Emit, sends: boolean): void {
  const { tenure, plan, todo } = client;
  if (tenure === null) return;
  if (todo > 0 && plan === undefined) {
    const settled = settle(world, index, rules);
    emit(
      'reads, settles and plans under the lease',
      index,
      withClient(settled, index, { plan: world.head?.commit?.id ?? null }),
    );
  }
  if (sends) sendUnderLease(world, index, client, tenure, rules, emit);
  emit('could not renew in time and stops', index, toIdle(world, index));
}

function sendUnderLease(world: World, index: number, client: Client, tenure: Tenure, rules: Rules, emit: Emit): void {
  const { plan, todo } = client;
  if (todo > 0 && plan !== undefined) {
    const [id, named] = fresh(world, 'c');
    const sent = send(
      named,
      index,
      { kind: 'commit', tenure: tenure.nonce, commit: { id, parent: plan, epoch: tenure.epoch } },
      (head, nonce) =>
        head === null || (rules.commitChecksParent && (head.commit?.id ?? null) !== plan)
          ? null
          : rules.withCommit(head, nonce, tenure.nonce, pointerTo(id, head)),
    );
    emit('sends a commit', index, sent ?? afterLoss(world, index));
  }
  const renewed = send(world, index, { kind: 'renew', tenure: tenure.nonce }, (head, nonce) =>
    head === null ? null : rules.withRenewal(head, nonce, tenure.nonce, ''),
  );
  emit('renews', index, renewed ?? toIdle(world, index));
  const released = sendRelease(world, index, tenure, rules);
  emit('gives the lease back', index, released ?? toIdle(world, index));
}

/** It stops believing before it sends. */
function sendRelease(world: World, index: number, tenure: Tenure, rules: Rules): World | null {
  const stopped = withClient(world, index, { tenure: { ...tenure, over: true } });
  return send(stopped, index, { kind: 'release', tenure: tenure.nonce }, (head, nonce) =>
    head === null ? null : rules.withRelease(head, nonce, tenure.nonce),
  );
}

/** A commit that came second: plan again while the lease stands, else the cycle is over. */
export function afterLoss(world: World, index: number): World {
  const client = world.clients[index];
  if (client?.tenure == null || client.tenure.over || client.known?.lease?.nonce !== client.tenure.nonce)
    return toIdle(world, index);
  return withClient(world, index, { phase: 'owner', plan: undefined, request: null });
}
