import { randomUUID } from 'node:crypto';
import type { Blob, BlobRoom } from './blob.ts';
import type { ChecksumAlgorithm, StoredChecksum } from './checksum.ts';
import { S3Error } from './s3-error.ts';

export interface Part {
  readonly number: number;
  readonly etag: string;
  readonly size: number;
  readonly modifiedAt: number;
  readonly checksums: readonly StoredChecksum[];
  readonly blob: Blob;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly startedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: StoredChecksum['type'];
  readonly parts: ReadonlyMap<number, Part>;
}

/** Multipart uploads under way. They live in memory: a restart forgets them, and sweeps their parts. */
export interface Uploads {
  start(upload: Omit<Upload, 'id' | 'parts'>): Upload;
  /** Throws NoSuchUpload. */
  require(id: string, bucket: string, key: string): Upload;
  /** Keeps a reference to the part's bytes; a part of the same number is replaced. */
  addPart(upload: Upload, part: Part): void;
  /** Forgets the upload and lets its parts go. */
  end(upload: Upload): void;
  inBucket(bucket: string): readonly Upload[];
}

export function createUploads(room: BlobRoom): Uploads {
  const open = new Map<string, { upload: Upload; parts: Map<number, Part> }>();
  function find(id: string): { upload: Upload; parts: Map<number, Part> } {
    const found = open.get(id);
    if (found === undefined) throw new S3Error('NoSuchUpload', 'The specified multipart upload does not exist.');
    return found;
  }
  return {
    start(fields) {
      const parts = new Map<number, Part>();
      const upload: Upload = { ...fields, id: randomUUID(), parts };
      open.set(upload.id, { upload, parts });
      return upload;
    },
    require(id, bucket, key) {
      const { upload } = find(id);
      if (upload.bucket !== bucket || upload.key !== key) throw new S3Error('NoSuchUpload');
      return upload;
    },
    addPart({ id }, part) {
      const { parts } = find(id);
      const old = parts.get(part.number);
      room.hold(part.blob);
      parts.set(part.number, part);
      if (old !== undefined) room.release(old.blob);
    },
    end({ id }) {
      const { parts } = find(id);
      open.delete(id);
      for (const { blob } of parts.values()) room.release(blob);
    },
    inBucket: (bucket) => [...open.values()].map(({ upload }) => upload).filter((upload) => upload.bucket === bucket),
  };
}
