import type { Blob, BlobRoom } from './blob.ts';
import type { StoredChecksum } from './checksum.ts';
import { compareUtf8 } from './key-order.ts';

/** One object. `etag` is bare; `headers` are what GET returns (content type, user metadata); `modifiedAt` is ms. */
export interface ObjectRecord {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: readonly StoredChecksum[];
  readonly blob: Blob;
}

/** Makes changes durable before they are visible; throws when it cannot, and then nothing changed. */
export interface Journal {
  put(record: ObjectRecord): void;
  remove(key: string): void;
  drop(): void;
}

/** The objects of one bucket. Every method is synchronous: between a look and a write nothing can come. */
export class Bucket {
  readonly name: string;
  readonly createdAt: number;
  readonly #objects = new Map<string, ObjectRecord>();
  readonly #room: BlobRoom;
  readonly #journal: Journal | undefined;
  #sorted: string[] = [];
  #added: string[] = [];
  #removed = 0;

  constructor(
    name: string,
    createdAt: number,
    room: BlobRoom,
    journal?: Journal,
    records: Iterable<ObjectRecord> = [],
  ) {
    this.name = name;
    this.createdAt = createdAt;
    this.#room = room;
    this.#journal = journal;
    for (const record of records) {
      room.hold(record.blob);
      this.#objects.set(record.key, record);
      this.#added.push(record.key);
    }
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): ObjectRecord | undefined {
    return this.#objects.get(key);
  }

  put(record: ObjectRecord): void {
    this.#journal?.put(record);
    this.#room.hold(record.blob);
    const old = this.#objects.get(record.key);
    this.#objects.set(record.key, record);
    if (old === undefined) this.#added.push(record.key);
    else this.#room.release(old.blob);
  }

  remove(key: string): void {
    const old = this.#objects.get(key);
    if (old === undefined) return;
    this.#journal?.remove(key);
    this.#objects.delete(key);
    this.#removed++;
    this.#room.release(old.blob);
  }

  /** All keys in S3's order. The sort is paid by the first listing after a change, and merges. */
  keys(): readonly string[] {
    if (this.#added.length > 0 || this.#removed > 0) {
      const known = this.#sorted.concat(this.#added).filter((key) => this.#objects.has(key));
      this.#sorted = [...new Set(known)].toSorted(compareUtf8);
      this.#added = [];
      this.#removed = 0;
    }
    return this.#sorted;
  }

  /** Forgets an empty bucket's traces on disk. */
  drop(): void {
    this.#journal?.drop();
  }
}
