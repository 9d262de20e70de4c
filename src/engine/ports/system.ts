export interface Clock {
  /** Wall clock, milliseconds since 1970. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary start, never back. May stand still in suspend. */
  monotonic(): number;
  /** Rejects with SyncError('cancelled') when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `tick` once after `ms`; the returned function cancels it. Never keeps a process alive by itself. */
  after(ms: number, tick: () => void): () => void;
}

/** The connections of this machine. */
export interface Network {
  /** Its own addresses as one text, empty without any: another text means another network. */
  addresses(): string;
}

export interface Ids {
  uuid(): string;
  /** 32 hex. */
  nonce(): string;
  /** In [0, 1), for jitter. */
  random(): number;
}

export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Lower-case hex. */
  digest(): string;
}

/** Bytes to bytes: what Node and its zlib do for us. */
export interface Codec {
  sha256(data: Uint8Array | string): string;
  hasher(): Hasher;
  gzip(bytes: Uint8Array): Promise<Uint8Array>;
  /** Rejects with RangeError above `limit` decoded bytes, with any other error on garbage. */
  gunzip(bytes: Uint8Array, limit: number): Promise<Uint8Array>;
  /** Null where this Node has none: then nothing is compressed, and `unzstd` is never asked. */
  readonly zstd: ((bytes: Uint8Array) => Promise<Uint8Array>) | null;
  /** Streams decoded bytes; the same rejections, and of what asks for a window above `limit`, rounded up to a power of two, or 8 MiB. */
  unzstd(bytes: AsyncIterable<Uint8Array>, limit: number): AsyncIterable<Uint8Array>;
}

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Who we are, for records. */
export interface Identity {
  /** `user@host` */
  readonly holder: string;
  readonly user: string;
  readonly hostname: string;
  readonly pid: number;
  readonly workspace: string;
  readonly tool: 'vscode' | 'cli';
}
