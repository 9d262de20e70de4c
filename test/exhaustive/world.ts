import type { Head } from '../../src/core/format/records.ts';

/** How much may go wrong, and how much there is to do. */
export interface Scope {
  readonly clients: number;
  /** Changes that each client has to commit. */
  readonly changes: number;
  readonly steals: number;
  readonly forces: number;
  readonly crashes: number;
  readonly pauses: number;
  /** Requests that never arrive, answers that never arrive, read-backs that fail. */
  readonly losses: number;
  /** Requests that a gateway sends twice, or so late that their sender has given them up. */
  readonly copies: number;
  /** Whether an observer may call a lease stale at any time, whatever its holder believes: clocks that cannot be trusted. */
  readonly wildClocks?: boolean;
}

export type Budget = Omit<Scope, 'clients' | 'changes' | 'wildClocks'>;

export type RequestKind = 'acquire' | 'renew' | 'commit' | 'release' | 'give-back' | 'small-push' | 'force';

/** A conditional PUT of the register: bytes, condition, and what the oracle has to know of its sender's intent. */
export interface Request {
  readonly kind: RequestKind;
  readonly next: Head;
  /** The version of the condition; null: it has to be absent. */
  readonly named: string | null;
  readonly conditional: boolean;
  /** Tenure under which, or against which, it is sent. */
  readonly tenure: string | null;
  /** Of commits: what it was planned on, and the epoch in the commit object. */
  readonly commit: { readonly id: string; readonly parent: string | null; readonly epoch: number } | null;
}

export interface JournalEntry {
  readonly id: string;
  readonly named: string | null;
}

/** One lease, from the first wish for it. */
export interface Tenure {
  readonly nonce: string;
  /** The version that the latest attempt to get it named. */
  readonly named: string | null;
  /** 0 until it is confirmed. */
  readonly epoch: number;
  /** Its own validity has ended, or it was seen lost: nothing more is sent. */
  readonly over: boolean;
}

export type Phase = 'idle' | 'planned' | 'won' | 'owner' | 'asking';

export interface Client {
  readonly phase: Phase;
  readonly paused: boolean;
  /** The register as last read or written; undefined: not read yet. */
  readonly known: Head | null | undefined;
  /** The commit that the plan stands on; undefined: there is no plan. */
  readonly plan: string | null | undefined;
  readonly tenure: Tenure | null;
  /** The swap under way, in phase `asking`. */
  readonly request: Request | null;
  /** Where it is: on its way; stored, with the answer waiting for a client that is paused; or no answer will come. */
  readonly flight: 'travelling' | 'stored' | 'silent';
  /** Copies on the network that nobody waits for and that can still be stored. */
  readonly copies: readonly Request[];
  /** Changes not known to be committed. */
  readonly todo: number;
  /** Survives a crash. */
  readonly journal: readonly JournalEntry[];
  /** Survives a crash: the tenure that another process of this workspace may give back. */
  readonly leaseNonce: string | null;
  /** The latest tenure of this client that reached the register: for the oracle only. */
  readonly landed: string | null;
}

export interface World {
  readonly head: Head | null;
  readonly clients: readonly Client[];
  readonly left: Budget;
  /** Whether this scope has force releases: then it matters which tenure a client was shown. */
  readonly forcible: boolean;
  /** Counts fresh names on the way here. */
  readonly names: number;
  /** The property that the last step violated. */
  readonly broken: string | null;
}

/** Milliseconds; only its relation to an observation counts. */
export const TTL_MS = 30_000;

export function firstWorld(scope: Scope): World {
  const client: Client = {
    phase: 'idle',
    paused: false,
    known: undefined,
    plan: undefined,
    tenure: null,
    request: null,
    flight: 'travelling',
    copies: [],
    todo: scope.changes,
    journal: [],
    leaseNonce: null,
    landed: null,
  };
  const { steals, forces, crashes, pauses, losses, copies } = scope;
  return {
    head: null,
    clients: Array.from({ length: scope.clients }, () => client),
    left: { steals, forces, crashes, pauses, losses, copies },
    forcible: forces > 0,
    names: 0,
    broken: null,
  };
}

/** S3's ETag is a hash of the bytes; a fresh nonce in every write makes them one (`oracle.ts` checks that it is fresh). */
export const etagOf = (head: Head | null): string | null => head?.nonce ?? null;

/** Whether the store would take it now. */
export const isAlive = (request: Request, head: Head | null): boolean =>
  !request.conditional || request.named === etagOf(head);

export function withClient(world: World, index: number, change: Partial<Client>): World {
  const clients = world.clients.slice();
  const before = clients[index];
  if (before === undefined) throw new RangeError(`no client ${index}`);
  clients[index] = { ...before, ...change };
  return { ...world, clients };
}

export const spend = (world: World, what: keyof Budget): World => ({
  ...world,
  left: { ...world.left, [what]: world.left[what] - 1 },
});
