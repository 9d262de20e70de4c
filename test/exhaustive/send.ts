import type { CommitPointer, Head, LeaseRecord } from '../../src/core/format/records.ts';
import { SAFETY } from './oracle.ts';
import type { Rules } from './rules.ts';
import { etagOf, type Request, type RequestKind, TTL_MS, type World, withClient } from './world.ts';

export interface Sending {
  readonly kind: RequestKind;
  readonly tenure: string | null;
  readonly commit?: Request['commit'];
  readonly conditional?: boolean;
}

/** Sends a swap from the version that the client knows; null where `build` declines. A commit goes into the journal first. */
export function send(
  world: World,
  index: number,
  { kind, tenure, commit = null, conditional = true }: Sending,
  build: (head: Head | null, nonce: string) => Head | null,
): World | null {
  const client = world.clients[index];
  const known = client?.known ?? null;
  const nonce = `n${world.names}`;
  const next = build(known, nonce);
  if (client === undefined || next === null) return null;
  const request: Request = { kind, next, named: etagOf(known), conditional, tenure, commit };
  const sent = withClient(world, index, {
    phase: 'asking',
    flight: 'travelling',
    request,
    journal: commit === null ? client.journal : [...client.journal, { id: commit.id, named: request.named }],
  });
  return { ...sent, names: world.names + 1, broken: sent.broken ?? (next.nonce === nonce ? null : SAFETY.fresh) };
}

/** A name that nothing had before, and the world that remembers it. */
export const fresh = (world: World, letter: string): readonly [string, World] => [
  `${letter}${world.names}`,
  { ...world, names: world.names + 1 },
];

export const leaseOf = (nonce: string, index: number): LeaseRecord => ({
  nonce,
  holder: `client ${index + 1}`,
  hostname: 'host',
  pid: index + 1,
  workspace: 'workspace',
  tool: 'cli',
  purpose: 'sync',
  acquiredAt: '',
  renewedAt: '',
  ttlMs: TTL_MS,
});

export function pointerTo(id: string, before: Head): CommitPointer {
  const generation = (before.commit?.generation ?? 0) + 1;
  const key = `commits/${String(generation).padStart(10, '0')}-${id}.json`;
  return { generation, id, key, sha256: NO_HASH, committedAt: '', by: '' };
}

const NO_HASH = '0'.repeat(64);

/** A small push in the model is one that may be made without the lease. */
export function sendSmallPush(world: World, index: number, rules: Rules): World | null {
  const known = world.clients[index]?.known ?? null;
  const plan = world.clients[index]?.plan;
  if (known === null || plan === undefined) return null;
  const [id, named] = fresh(world, 'c');
  const commit = { id, parent: plan, epoch: known.epoch + 1 };
  return send(named, index, { kind: 'small-push', tenure: null, commit }, (head, nonce) =>
    head === null ? null : rules.withSmallPush(head, nonce, pointerTo(id, head)),
  );
}

/** The first head, a free lease, or the theft of a stale one. */
export function sendAcquire(world: World, index: number, rules: Rules, steals: boolean): World | null {
  const earlier = world.clients[index]?.tenure?.nonce;
  const [made, named] = earlier === undefined ? fresh(world, 't') : [earlier, world];
  const started = withClient(named, index, {
    plan: undefined,
    tenure: { nonce: made, named: etagOf(world.clients[index]?.known ?? null), epoch: 0, over: false },
  });
  const conditional = !steals || rules.stealIsConditional;
  return send(started, index, { kind: 'acquire', tenure: made, conditional }, (head, nonce) =>
    head === null
      ? rules.firstHead('store', nonce, leaseOf(made, index))
      : rules.withNewLease(head, nonce, leaseOf(made, index)),
  );
}
