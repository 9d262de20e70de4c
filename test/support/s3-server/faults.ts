import type { Operation } from './target.ts';

/** What goes wrong with a matching request. `before` means: nothing happened; `after`: it happened, the answer is lost. */
export type Fault =
  /** Waits: on arrival (default), after the body arrived but before the effect, or before the answer. */
  | { readonly kind: 'latency'; readonly ms: number; readonly when?: 'arrival' | 'effect' | 'answer' }
  /** Any refusal; `when: 'after'` answers it although the effect happened. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly retryAfterSeconds?: number;
      readonly when?: 'before' | 'after';
    }
  /** The connection is reset (RST). */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** The effect happens or not; no answer ever comes, the socket stays open. */
  | { readonly kind: 'hang'; readonly when: 'before' | 'after' }
  /** The answer's body stops after `bytes` (default: half of it) and the connection closes. */
  | { readonly kind: 'truncate'; readonly bytes?: number }
  /** The answer's body comes in pieces of `bytes` every `everyMs`. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** One bit of the answer's body is flipped. */
  | { readonly kind: 'corrupt' };

/** All that is given must hold. `key`: a part of it or an expression; `after`: let that many matching requests pass
 *  first; `times`: then strike that many, and no more. */
export interface Match {
  readonly method?: string;
  readonly operation?: Operation;
  readonly bucket?: string;
  readonly key?: string | RegExp;
  readonly after?: number;
  readonly times?: number;
}

export interface FaultRule {
  readonly match: Match;
  readonly fault: Fault;
}

/** How this store deviates from S3, always; the defaults are exact. */
export interface Lies {
  /** Conditions on PUT and multipart completion: obeyed, ignored, or checked and written in two steps. */
  readonly conditions: 'exact' | 'ignored' | 'not-atomic';
  /** The gap between check and write when not atomic. */
  readonly pauseMs: number;
  /** Which form of ETag If-Match takes on PUT; the other always answers 412. Ceph RGW 16 is `bare-only`. */
  readonly ifMatch: 'any-form' | 'bare-only' | 'quoted-only';
  /** What the losers of a race get: those whose condition held when their request arrived. */
  readonly losers: 'exact' | 'unknown-error' | 'conflict';
  readonly deletes: 'exact' | 'ignored';
  /** Conditions on the destination of CopyObject. */
  readonly copies: 'exact' | 'ignored';
  /** `unchecked`: stored as sent, right or wrong; `dropped`: neither checked nor kept. */
  readonly checksums: 'exact' | 'unchecked' | 'dropped';
}

/** Permissions on one bucket. `no-list`: listing is refused, and a missing key answers 403 instead of 404. */
export type Access = 'full' | 'no-list' | 'read-only' | 'forbidden';

/** The switchboard of a running server. */
export interface Faults {
  /** Adds rules; they strike in the order added, delays add up. Returns how to take them out again. */
  add(...rules: FaultRule[]): () => void;
  lie(lies: Partial<Lies>): void;
  access(bucket: string, access: Access): void;
  /** Back to an honest, open server. */
  clear(): void;
  readonly lies: Lies;
  readonly accessTo: (bucket: string) => Access;
}

/** What strikes one request: summed delays, and at most one fault. */
export interface Strike {
  readonly delays: { readonly arrival: number; readonly effect: number; readonly answer: number };
  readonly fault: Exclude<Fault, { kind: 'latency' }> | undefined;
}

export interface Struck {
  readonly method: string;
  readonly operation: Operation;
  readonly bucket: string;
  readonly key: string;
}

const honest: Lies = {
  conditions: 'exact',
  pauseMs: 20,
  ifMatch: 'any-form',
  losers: 'exact',
  deletes: 'exact',
  copies: 'exact',
  checksums: 'exact',
};

const noDelays = { arrival: 0, effect: 0, answer: 0 };

export function createFaults(): Faults & { strike(request: Struck): Strike } {
  let active: { rule: FaultRule; seen: number }[] = [];
  let lies = honest;
  const permissions = new Map<string, Access>();
  return {
    add(...rules) {
      const added = rules.map((rule) => ({ rule, seen: 0 }));
      active.push(...added);
      return () => {
        active = active.filter((entry) => !added.includes(entry));
      };
    },
    lie(change) {
      lies = { ...lies, ...change };
    },
    access(bucket, access) {
      permissions.set(bucket, access);
    },
    clear() {
      active = [];
      lies = honest;
      permissions.clear();
    },
    get lies() {
      return lies;
    },
    accessTo: (bucket) => permissions.get(bucket) ?? 'full',
    strike(request) {
      if (active.length === 0) return { delays: noDelays, fault: undefined };
      const delays = { ...noDelays };
      let fault: Strike['fault'];
      for (const entry of active) {
        const candidate = entry.rule.fault;
        if (fault !== undefined && candidate.kind !== 'latency') continue;
        if (!matches(entry.rule.match, request) || !isDue(entry.rule.match, entry.seen++)) continue;
        if (candidate.kind === 'latency') delays[candidate.when ?? 'arrival'] += candidate.ms;
        else fault = candidate;
      }
      return { delays, fault };
    },
  };
}

function matches(match: Match, request: Struck): boolean {
  if (match.method !== undefined && match.method !== request.method) return false;
  if (match.operation !== undefined && match.operation !== request.operation) return false;
  if (match.bucket !== undefined && match.bucket !== request.bucket) return false;
  if (match.key === undefined) return true;
  return typeof match.key === 'string' ? request.key.includes(match.key) : request.key.search(match.key) >= 0;
}

function isDue(match: Match, seen: number): boolean {
  const after = match.after ?? 0;
  return seen >= after && seen < after + (match.times ?? Number.POSITIVE_INFINITY);
}
