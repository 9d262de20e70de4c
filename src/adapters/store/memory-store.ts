import { StoreError } from '../../core/errors.ts';
import type { Clock, Codec, GetOptions, ObjectInfo, ObjectStore, PutOptions } from '../../engine/ports.ts';

interface Stored {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly sha256: string;
  readonly lastModified: number;
}

/** What several memory stores may share: objects by their full key. */
export type MemoryBucket = Map<string, Stored>;

export interface MemoryStoreOptions {
  readonly codec: Pick<Codec, 'sha256'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly bucket?: MemoryBucket;
  /** Without leading or trailing `/`. */
  readonly prefix?: string;
}

const PAGE = 1_000;

/**
 * A store in memory that keeps every promise of the port: conditions are decided and carried out in one step, ETags are
 * quoted and made from the content alone (as S3's are: equal bytes bring an old ETag back), either form is taken.
 */
export function createMemoryStore({ codec, clock, bucket = new Map(), prefix = '' }: MemoryStoreOptions): ObjectStore {
  const traffic = { requests: 0, bytesUp: 0, bytesDown: 0 };
  const base = prefix === '' ? '' : `${prefix}/`;

  async function arrive(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw aborted(signal);
    traffic.requests += 1;
    await Promise.resolve();
    if (signal?.aborted) throw aborted(signal);
  }

  function stored(key: string): Stored {
    const found = bucket.get(base + key);
    if (!found) throw new StoreError('missing', `There is no object "${key}".`);
    return found;
  }

  function check(key: string, condition: PutOptions['condition']): void {
    const now = bucket.get(base + key);
    switch (condition?.kind) {
      case undefined:
        return;
      case 'absent':
        if (now) throw new StoreError('precondition', `"${key}" exists already.`);
        return;
      case 'match':
        if (!now) throw new StoreError('missing', `There is no object "${key}" to replace.`);
        if (!sameEtag(now.etag, condition.etag)) throw new StoreError('precondition', `"${key}" has changed.`);
    }
  }

  function keep(key: string, bytes: Uint8Array, sha256 = codec.sha256(bytes)): Stored {
    const kept = { bytes, sha256, etag: `"${sha256.slice(0, 32)}"`, lastModified: clock.now() };
    bucket.set(base + key, kept);
    return kept;
  }

  return {
    name: `memory://${prefix}`,
    traffic,
    async get(key, options = {}) {
      await arrive(options.signal);
      const found = stored(key);
      if (options.ifNoneMatch !== undefined && sameEtag(found.etag, options.ifNoneMatch)) return { kind: 'unchanged' };
      const bytes = cut(found.bytes, options.range);
      return {
        kind: 'found',
        ...info(key, found),
        date: clock.now(),
        length: bytes.byteLength,
        body: body(bytes, traffic, options.signal),
      };
    },
    async put(key, bytes, options = {}) {
      // A copy: like bytes that are sent, not those the caller may write into later.
      const copy = new Uint8Array(bytes);
      await arrive(options.signal);
      await options.pace?.next(copy.byteLength);
      traffic.bytesUp += copy.byteLength;
      const sha256 = codec.sha256(copy);
      if (options.sha256 !== undefined && options.sha256 !== sha256) {
        throw new StoreError('checksum', `The bytes of "${key}" are not those that were named.`);
      }
      check(key, options.condition);
      return { etag: keep(key, copy, sha256).etag };
    },
    async head(key, options) {
      await arrive(options?.signal);
      return info(key, stored(key));
    },
    async list(below, options = {}) {
      await arrive(options.signal);
      const keys = [...bucket.keys()]
        .filter((key) => key.startsWith(base + below))
        .map((key) => key.slice(base.length))
        .filter((key) => options.token === undefined || byBytes(key, options.token) > 0)
        .toSorted(byBytes);
      const page = keys.slice(0, Math.min(options.limit ?? PAGE, PAGE));
      const last = page.at(-1);
      const objects = page.map((key) => info(key, stored(key)));
      return page.length < keys.length && last !== undefined ? { objects, next: last } : { objects };
    },
    async delete(key, options) {
      await arrive(options?.signal);
      bucket.delete(base + key);
    },
    async copy(from, to, options) {
      await arrive(options?.signal);
      keep(to, stored(from).bytes);
    },
    close() {},
  };
}

async function* body(
  bytes: Uint8Array,
  traffic: { bytesDown: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const step = 64 * 1024;
  for (let at = 0; at < bytes.byteLength; at += step) {
    if (signal?.aborted) throw aborted(signal);
    const part = bytes.slice(at, at + step);
    traffic.bytesDown += part.byteLength;
    yield part;
  }
}

function cut(bytes: Uint8Array, range: GetOptions['range']): Uint8Array {
  if (!range) return bytes;
  if (range.length <= 0 || range.offset >= bytes.byteLength)
    throw new StoreError('rejected', 'The range lies outside the object.');
  return bytes.subarray(range.offset, range.offset + range.length);
}

const info = (key: string, { bytes, etag, sha256, lastModified }: Stored): ObjectInfo => ({
  key,
  etag,
  size: bytes.byteLength,
  lastModified: Math.floor(lastModified / 1000) * 1000,
  sha256,
});

const bare = (etag: string) => etag.replaceAll('"', '');
const sameEtag = (a: string, b: string) => bare(a) === bare(b);

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const aborted = (signal: AbortSignal) => new StoreError('aborted', 'Stopped.', signal.reason);
