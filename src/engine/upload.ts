import { SyncError } from '../core/errors.ts';
import type { Step } from '../core/plan.ts';
import { objectKey } from '../core/sync-index.ts';
import { type FileStamp, type LocalEntry, type RemoteTree, type Slice, sameStamp } from '../core/tree.ts';
import { all } from './all.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Codec, LocalFiles, ObjectStore, OpenFile } from './ports.ts';
import { putOnce } from './remote-log.ts';
import { storeErrorKind } from './store-error.ts';

/** A file over this many bytes is a sequence of chunk objects of this size. Source: remote format 1. */
export const CHUNK_BYTES = 16 << 20;

export type Uploaded =
  | { readonly kind: 'sent'; readonly slices: readonly Slice[]; readonly stamp: FileStamp; readonly bytes: number }
  /** The file is no longer what was planned: look again. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Contents on their way up, under one epoch. Equal contents travel once; what an earlier epoch of ours left is copied on the server. */
export interface Uploader {
  upload(step: Step): Promise<Uploaded>;
  /** Object keys written or found, by SHA-256 of their bytes. */
  readonly sent: ReadonlyMap<string, string>;
}

export interface UploaderParts {
  readonly store: ObjectStore;
  readonly files: LocalFiles;
  readonly codec: Codec;
  readonly budget: ByteBudget;
  readonly epoch: number;
  readonly earlier: ReadonlyMap<string, string>;
  /** Objects of the commit being replaced, by SHA-256: chunks that stand there already are not sent. */
  readonly standing: ReadonlyMap<string, Slice>;
  readonly signal: AbortSignal;
  /** Throws when no remote write may be sent any more. */
  readonly assertMayWrite: () => void;
  readonly onBytes: (bytes: number) => void;
}

export function createUploader(parts: UploaderParts): Uploader {
  const { store, files, codec, budget, epoch, signal } = parts;
  const underWay = new Map<string, Promise<string>>();
  const sent = new Map<string, string>();

  async function upload(step: Step): Promise<Uploaded> {
    const local = step.local;
    if (!local) return { kind: 'moved' };
    if (step.reuse) return { kind: 'sent', slices: step.reuse.slices, stamp: local.stamp, bytes: 0 };
    return openAndSend(step, local);
  }

  async function openAndSend(step: Step, local: LocalEntry): Promise<Uploaded> {
    if (signal.aborted) throw signal.reason;
    let file: OpenFile;
    try {
      file = await files.open(step.path);
    } catch (error) {
      if (await gone(step.path)) return { kind: 'moved' };
      return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
    try {
      if (!sameStamp(file.stamp, local.stamp)) return { kind: 'moved' };
      return await sendFile(file, local.sha256);
    } catch (error) {
      // A disk that cannot be read to the end is trouble of this path alone.
      if (error instanceof SyncError && error.kind === 'local') return { kind: 'failed', reason: error.message };
      throw error;
    } finally {
      await file.close();
    }
  }

  async function sendFile(file: OpenFile, planned: string): Promise<Uploaded> {
    const size = file.stamp.size;
    const slices = size <= CHUNK_BYTES ? await sendWhole(file, planned) : await sendChunks(file, planned);
    if (slices === 'moved') return { kind: 'moved' };
    const now = await file.stampNow();
    if (!now || !sameStamp(now, file.stamp)) return { kind: 'moved' };
    return { kind: 'sent', slices, stamp: file.stamp, bytes: size };
  }

  async function sendWhole(file: OpenFile, planned: string): Promise<readonly Slice[] | 'moved'> {
    const size = file.stamp.size;
    return budget.within(size, async () => {
      const bytes = await file.read(0, size + 1);
      if (bytes.byteLength !== size || codec.sha256(bytes) !== planned) return 'moved';
      return size === 0 ? [] : [{ object: await sendBytes(planned, bytes), offset: 0, length: size }];
    });
  }

  // The whole hash is known only at the end: chunks of a file that moved are garbage, and no commit names them.
  async function sendChunks(file: OpenFile, planned: string): Promise<readonly Slice[] | 'moved'> {
    const whole = codec.hasher();
    const chunks: Promise<Slice>[] = [];
    const failures: unknown[] = [];
    for (let offset = 0; offset < file.stamp.size && !signal.aborted && failures.length === 0; offset += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, file.stamp.size - offset);
      await new Promise<void>((readNext) => {
        const chunk = budget.within(length, async () => {
          const bytes = await file.read(offset, length);
          whole.update(bytes);
          readNext();
          return { object: await sendBytes(codec.sha256(bytes), bytes), offset: 0, length: bytes.byteLength };
        });
        chunks.push(chunk);
        chunk.catch((error: unknown) => {
          failures.push(error);
          readNext();
        });
      });
    }
    const slices = await all(chunks);
    if (signal.aborted) throw signal.reason;
    return whole.digest() === planned ? slices : 'moved';
  }

  function sendBytes(sha256: string, bytes: Uint8Array): Promise<string> {
    const known = underWay.get(sha256);
    if (known) return known;
    const sending = send(sha256, bytes);
    underWay.set(sha256, sending);
    return sending;
  }

  async function send(sha256: string, bytes: Uint8Array): Promise<string> {
    const standing = parts.standing.get(sha256);
    if (standing?.length === bytes.byteLength) {
      parts.onBytes(bytes.byteLength);
      return standing.object;
    }
    const key = objectKey(sha256, epoch);
    const earlier = parts.earlier.get(sha256);
    parts.assertMayWrite();
    if (earlier === undefined || !(await foundAgain(earlier, key, bytes.byteLength))) {
      parts.assertMayWrite();
      await putOnce(store, codec, key, bytes, signal, undefined, sha256);
    }
    sent.set(sha256, key);
    parts.onBytes(bytes.byteLength);
    return key;
  }

  // The record of earlier uploads may be of another bucket, or of one that was restored since: the store says what is there.
  async function foundAgain(from: string, to: string, size: number): Promise<boolean> {
    try {
      if (from !== to) await store.copy(from, to, { signal });
      return (await store.head(to, { signal })).size === size;
    } catch (error) {
      if (storeErrorKind(error) === 'missing') return false;
      throw error;
    }
  }

  async function gone(path: string): Promise<boolean> {
    return (await files.stat(path)) === null;
  }

  return { upload, sent };
}

/** The objects of a commit that are used whole and as they are: then the key names the SHA-256 of exactly these bytes. */
export function wholeObjects(tree: RemoteTree): ReadonlyMap<string, Slice> {
  const found = new Map<string, Slice>();
  for (const { slices } of tree.values()) {
    for (const slice of slices) {
      if (slice.offset === 0 && slice.encoding === undefined)
        found.set(slice.object.slice('objects/'.length).slice(0, 64), slice);
    }
  }
  return found;
}
