/** What went wrong, named by what the person or the caller does next. */
export type SyncErrorKind =
  /** Wrong words on the command line. */
  | 'usage'
  /** A configuration field, or a root that never existed. */
  | 'config'
  /** No datastore is configured here. */
  | 'not-set-up'
  /** A file or folder of this machine could not be read or written. */
  | 'local'
  /** Stopped by the person, or by a signal. */
  | 'cancelled'
  /** Anything that has no better name: a defect. */
  | 'failed'
  /** Another holds the lease (or this root, on this machine). Wait, or force. */
  | 'locked'
  /** The lease was lost on the way; nothing was written after that. Sync again. */
  | 'lease-lost'
  /** No answer from the store. Nothing to do but try later. */
  | 'offline'
  /** No credentials, or expired or wrong ones. Sign in. */
  | 'credentials'
  /** The store refuses this identity. */
  | 'denied'
  /** The bucket does not exist or is not usable. */
  | 'bucket'
  /** The store has no working compare-and-swap. Reading works, writing is refused. */
  | 'unsafe-store'
  /** A swap is neither won nor lost yet; the journal settles it at the next start. */
  | 'unknown-outcome'
  /** `safety` stopped the plan: see `vetoes`. */
  | 'veto'
  /** What was approved is no longer what a sync would do: see `details`. Nothing was changed. */
  | 'moved'
  /** The prefix holds something that is no datastore, or another one. */
  | 'foreign'
  /** The remote was written by a newer format. Update. */
  | 'newer-format'
  /** A record of the remote cannot be read or does not match its hash. */
  | 'corrupt';

/** Exit codes of the CLI contract, by kind. */
export const EXIT_CODES: Readonly<Record<SyncErrorKind, 1 | 2 | 4 | 5 | 6>> = {
  usage: 2,
  config: 2,
  'not-set-up': 2,
  local: 1,
  cancelled: 1,
  failed: 1,
  locked: 4,
  'lease-lost': 4,
  offline: 5,
  credentials: 5,
  denied: 5,
  bucket: 5,
  'unsafe-store': 5,
  'unknown-outcome': 5,
  veto: 6,
  moved: 6,
  foreign: 6,
  'newer-format': 6,
  corrupt: 6,
};

/** An operation cannot go on. `message` says what happened, `remedy` what the person can do about it. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly kind: SyncErrorKind;
  readonly remedy: string;
  /** Facts for machines (the holder of a lease, the vetoes of a plan); never a secret. */
  readonly details: unknown;

  constructor(
    kind: SyncErrorKind,
    message: string,
    remedy: string,
    options: { cause?: unknown; details?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.remedy = remedy;
    this.details = options.details;
  }
}

/** `EACCES` and the like, where a SyncError was made of what the operating system said; undefined of any other error. */
export function systemCode(error: unknown): string | undefined {
  const cause = error instanceof SyncError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

/** How a store refused or failed, by what the caller does next. */
export type StoreErrorKind =
  /** 404 on a key. */
  | 'missing'
  /** 404 on the bucket. */
  | 'no-bucket'
  /** 412: the condition does not hold. */
  | 'precondition'
  /** 409 ConditionalRequestConflict: neither won nor lost. Back off, read, try again. */
  | 'conflict'
  /** 501, or a 400 that names no other reason, on a conditional PUT: the store lacks it. */
  | 'unsupported'
  /** 403. */
  | 'denied'
  /** None found, expired, or refused (InvalidAccessKeyId, SignatureDoesNotMatch, ExpiredToken). */
  | 'credentials'
  /** The bytes that arrived are not those that were named. */
  | 'checksum'
  /** Any other 4xx: trying again will not help. */
  | 'rejected'
  /** 500 and the like: the store answered, and could not. The effect is unknown. */
  | 'busy'
  /** 429, 503: the store asks for fewer requests. The effect is unknown. */
  | 'throttled'
  /** DNS, refused, reset, timeout: no answer. The effect is unknown. */
  | 'unreachable'
  /** The caller's own signal. */
  | 'aborted';

/** A request did not do what was asked. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/** An expected outcome, as a value. */
export type Result<T, P = string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: P };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const bad = <P>(problem: P): { readonly ok: false; readonly problem: P } => ({ ok: false, problem });

/** Trouble with one path; the rest goes on. */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}
