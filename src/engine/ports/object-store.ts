/** Opaque version of an object, in the form the store gave it. */
export type ETag = string;

export interface ObjectInfo {
  readonly key: string;
  readonly etag: ETag;
  /** Bytes. */
  readonly size: number;
  /** The store's clock, milliseconds since 1970; 0 where it does not say. */
  readonly lastModified: number;
  /** Base64-free lower-case hex, where the store keeps one. */
  readonly sha256?: string;
}

export interface FoundObject extends ObjectInfo {
  readonly kind: 'found';
  /** The `Date` of the very response, milliseconds since 1970; with `lastModified` an age by one clock. */
  readonly date: number;
  /** Bytes of this body: the range's, or the whole object's. */
  readonly length: number;
  /** Read once. Ends early with StoreError('unreachable') when bytes are missing. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface GetOptions {
  /** First byte and count of bytes. */
  readonly range?: { readonly offset: number; readonly length: number };
  readonly ifNoneMatch?: ETag;
  /** One attempt, which waits for no other request, and neither does its body: for reading back what a swap did. */
  readonly once?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A body on its way up, part by part. */
export interface Pace {
  /** Bytes of one part at most. */
  readonly part: number;
  /** Awaited before each part goes out. Rejects with StoreError('aborted'). */
  next(bytes: number): Promise<void>;
}

export interface PutOptions {
  /** `absent`: create only (`If-None-Match: *`); an ETag: replace only that version. */
  readonly condition?: { readonly kind: 'absent' } | { readonly kind: 'match'; readonly etag: ETag };
  /** Lower-case hex of the bytes; the store refuses others with StoreError('checksum'). */
  readonly sha256?: string;
  /** One attempt, no retry of any layer: for swaps, whose answers mean something. */
  readonly once?: boolean;
  /** Milliseconds for the whole request; the adapter's default otherwise. */
  readonly timeoutMs?: number;
  /** Holds the body back; that time counts for no deadline. A store that sends it in one piece asks once, for all of it. */
  readonly pace?: Pace;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ListPage {
  readonly objects: readonly ObjectInfo[];
  /** Give it back to get the next page; absent on the last. */
  readonly next?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A bucket and prefix. Keys are relative to the prefix. Every failure is a StoreError. */
export interface ObjectStore {
  /** `s3://bucket/prefix at endpoint`, for people. */
  readonly name: string;
  /** StoreError('missing') when the key is absent. `unchanged` only with `ifNoneMatch`. */
  get(key: string, options?: GetOptions): Promise<FoundObject | { readonly kind: 'unchanged' }>;
  /** Objects of the format are bounded (16 MiB at most), so a body is bytes, not a stream: it can be sent again and hashed before. */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<{ readonly etag: ETag }>;
  head(key: string, options?: CallOptions): Promise<ObjectInfo>;
  /** Keys below `prefix` (relative to the store's own) in UTF-8 order. */
  list(prefix: string, options?: CallOptions & { readonly token?: string; readonly limit?: number }): Promise<ListPage>;
  /** No error when the key is absent. */
  delete(key: string, options?: CallOptions): Promise<void>;
  /** Server-side. StoreError('missing') when the source is absent. */
  copy(from: string, to: string, options?: CallOptions): Promise<void>;
  /** Requests sent so far, retries included, and bytes of bodies. */
  readonly traffic: { readonly requests: number; readonly bytesUp: number; readonly bytesDown: number };
  /** Tells when the store has asked for less, and how long everything waits now (ms); null: no longer. Gives the end of it. */
  onPatience?(listener: (waitMs: number | null) => void): () => void;
  close(): void;
}
