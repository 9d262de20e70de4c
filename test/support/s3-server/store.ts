import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type BlobRoom, memoryRoom } from './blob.ts';
import { Bucket } from './bucket.ts';
import { fileRoom } from './file-room.ts';
import { openJournal } from './journal.ts';
import { S3Error } from './s3-error.ts';

/** All buckets and the room their contents live in. */
export interface Store {
  readonly room: BlobRoom;
  buckets(): readonly Bucket[];
  /** Throws NoSuchBucket. */
  bucket(name: string): Bucket;
  /** Idempotent, as S3 is in us-east-1 for one's own bucket. Throws InvalidBucketName. */
  create(name: string, now: number): void;
  /** Throws NoSuchBucket, BucketNotEmpty. */
  drop(name: string): void;
}

/** Everything in memory, or, with a folder, contents and journals on disk (one server per folder; a killed
 *  process loses nothing it had answered, a power cut may). */
export function openStore(folder: string | undefined): Store {
  if (folder === undefined) return storeOver(memoryRoom(), new Map(), (name, now, room) => new Bucket(name, now, room));
  const journals = join(folder, 'buckets');
  mkdirSync(journals, { recursive: true });
  const room = fileRoom(join(folder, 'blobs'));
  const open = (name: string, createdAt: number): Bucket => {
    const { journal, records } = openJournal(join(journals, `${name}.jsonl`));
    return new Bucket(name, createdAt, room, journal, records);
  };
  const known = new Map<string, Bucket>();
  for (const file of readdirSync(journals)) {
    const name = file.endsWith('.jsonl') ? file.slice(0, -'.jsonl'.length) : '';
    if (name !== '') known.set(name, open(name, statSync(join(journals, file)).birthtimeMs));
  }
  room.sweep();
  return storeOver(room, known, open);
}

function storeOver(
  room: BlobRoom,
  known: Map<string, Bucket>,
  open: (name: string, createdAt: number, room: BlobRoom) => Bucket,
): Store {
  function bucket(name: string): Bucket {
    const found = known.get(name);
    if (found === undefined) throw new S3Error('NoSuchBucket', 'The specified bucket does not exist');
    return found;
  }
  return {
    room,
    buckets: () => [...known.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    bucket,
    create(name, now) {
      // S3 asks for three characters at least; shorter names do no harm here.
      if (!/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/.test(name)) throw new S3Error('InvalidBucketName');
      if (!known.has(name)) known.set(name, open(name, now, room));
    },
    drop(name) {
      const found = bucket(name);
      if (found.size > 0) throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty');
      found.drop();
      known.delete(name);
    },
  };
}
