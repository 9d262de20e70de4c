import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { bounded, createBudget } from '../../src/adapters/store/bounded.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { CommitPointer } from '../../src/core/format/records.ts';
import { commitKey } from '../../src/core/format/sync-index.ts';
import { smallPushTicket } from '../../src/engine/cycle/ticket.ts';
import { acquireLease } from '../../src/engine/lease/acquire-lease.ts';
import type { Lease } from '../../src/engine/lease/lease.ts';
import type { Log } from '../../src/engine/ports.ts';
import { createRegister, type EtagForm } from '../../src/engine/remote/register.ts';
import { BUCKET, type Place } from '../cli/harness.ts';

/* One contender, a process of its own, on the lease and the register as both programs wire them. */

/** What is contended for: a free lease, the lease of a holder who is dead, or one small push from one version. */
export type Game = 'lease' | 'stale lease' | 'small push';

export type Order =
  /** Reads the register, so that all start from one version. */
  | { readonly kind: 'look' }
  | { readonly kind: 'go'; readonly game: Game }
  /** Whether what it has still seems to be its own. */
  | { readonly kind: 'believe' }
  | { readonly kind: 'give back' };

export type Answer =
  | { readonly kind: 'ready' | 'looked' | 'given back' }
  /** `mark`: the nonce of the lease, or the id of the commit, that it now has or wanted to have. */
  | { readonly kind: 'came'; readonly won: boolean; readonly mark: string; readonly how: string }
  | { readonly kind: 'believes'; readonly holds: boolean }
  | { readonly kind: 'broke'; readonly error: string };

export interface RacerSetup {
  readonly place: Place;
  readonly prefix: string;
  readonly etagForm: EtagForm;
  readonly name: string;
}

const TTL = 30_000;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

const setup = JSON.parse(process.env['RACER'] ?? '{}') as RacerSetup;
const plain = openS3Store({ bucket: BUCKET, prefix: setup.prefix, forcePathStyle: true, ...setup.place });
const store = retrying(bounded(plain, createBudget()), { clock: systemClock, ids: systemIds });
const register = createRegister(store, systemClock, systemIds, silent);
register.setEtagForm(setup.etagForm);
const identity = {
  holder: `${setup.name}@host`,
  user: setup.name,
  hostname: 'host',
  pid: process.pid,
  workspace: setup.name,
  tool: 'cli' as const,
};
const parts = { register, clock: systemClock, ids: systemIds, log: silent, identity, ttlMs: TTL };
let lease: Lease | null = null;

const send = (answer: Answer): void => void process.send?.(answer);

process.on('message', (order: Order) => {
  obey(order).then(send, (error: unknown) => send({ kind: 'broke', error: String(error) }));
});
process.once('disconnect', () => process.exit(0));
send({ kind: 'ready' });

async function obey(order: Order): Promise<Answer> {
  switch (order.kind) {
    case 'look':
      await register.read();
      return { kind: 'looked' };
    case 'go':
      return order.game === 'small push' ? pushSmall() : takeLease();
    case 'believe':
      return { kind: 'believes', holds: lease !== null && isValid(lease) };
    case 'give back':
      await lease?.release();
      lease = null;
      return { kind: 'given back' };
  }
}

async function takeLease(): Promise<Answer> {
  try {
    lease = await acquireLease(parts, { purpose: 'race', waitMs: 0, beforeFirstHead: async () => {} });
    return { kind: 'came', won: true, mark: lease.record.nonce, how: 'won' };
  } catch (error) {
    const { kind } = error as { kind?: string };
    if (kind === undefined) throw error;
    return { kind: 'came', won: false, mark: '', how: kind };
  }
}

async function pushSmall(): Promise<Answer> {
  const state = register.known();
  if (state === null) throw new Error('nobody has looked');
  const generation = (state.head?.commit?.generation ?? 0) + 1;
  const id = systemIds.uuid();
  const pointer: CommitPointer = {
    generation,
    id,
    key: commitKey(generation, id),
    sha256: '0'.repeat(64),
    committedAt: new Date().toISOString(),
    by: identity.holder,
  };
  const outcome = await smallPushTicket(parts, state).commit(pointer, undefined);
  return { kind: 'came', won: outcome.kind === 'won' || outcome.kind === 'superseded', mark: id, how: outcome.kind };
}

function isValid(held: Lease): boolean {
  try {
    held.assertValid();
    return true;
  } catch {
    return false;
  }
}
