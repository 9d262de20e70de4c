import { SyncError } from '../core/errors.ts';
import type { Step } from '../core/plan.ts';
import { type FileStamp, type LocalEntry, type RemoteTree, type Sha256, type Slice, sameStamp } from '../core/tree.ts';
import { all } from './all.ts';
import type { ByteBudget } from './byte-budget.ts';
import { each } from './each.ts';
import type { LocalFiles, OpenFile } from './ports.ts';
import { createSender, hashIn, type SenderParts } from './send-contents.ts';

/** A file over this many bytes is a sequence of chunk objects of this size. Source: remote format 1. */
export const CHUNK_BYTES = 16 << 20;

/** Files of a pack that are open at the same time. */
const READ_AT_ONCE = 16;

export type Uploaded =
  | { readonly kind: 'sent'; readonly slices: readonly Slice[]; readonly stamp: FileStamp }
  /** The file is no longer what was planned: look again. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Uploader {
  /** Steps that travel together; what is more than a chunk travels alone. One answer each, in their order. */
  upload(steps: readonly Step[]): Promise<readonly Uploaded[]>;
  /** Where the contents that were written or found lie, by their SHA-256. */
  readonly sent: ReadonlyMap<Sha256, Slice>;
}

export interface UploaderParts extends SenderParts {
  readonly files: LocalFiles;
  readonly budget: ByteBudget;
}

export function createUploader(parts: UploaderParts): Uploader {
  const { files, codec, budget, signal } = parts;
  const sender = createSender(parts);

  async function upload(steps: readonly Step[]): Promise<readonly Uploaded[]> {
    const [only] = steps;
    if (only && steps.length === 1 && sizeOf(only) > CHUNK_BYTES && !only.reuse) {
      return [await opened(only, sendChunks)];
    }
    const bytes = steps.reduce((sum, step) => sum + (step.reuse ? 0 : sizeOf(step)), 0);
    // A pack is in memory twice: its files, and what they make together.
    return budget.within(steps.length > 1 ? 2 * bytes : bytes, async () => {
      const found: (WasRead | Uploaded)[] = [];
      await each(steps.entries(), READ_AT_ONCE, async ([nth, step]) => {
        found[nth] = await look(step);
      });
      const contents = found.flatMap((file) => (file.kind === 'read' && file.bytes.byteLength > 0 ? [file] : []));
      const slices = await sender.send(contents);
      const places = new Map(contents.map((file, nth) => [file, slices.slice(nth, nth + 1)]));
      return all(
        found.map(async (file, nth): Promise<Uploaded> => {
          if (file.kind !== 'read') return file;
          // What was written while it was sent goes up in the same cycle.
          const now = await files.stat(steps[nth]?.path ?? '').catch(() => null);
          const isStill = now !== null && sameStamp(now, file.stamp);
          return isStill ? { kind: 'sent', slices: places.get(file) ?? [], stamp: file.stamp } : { kind: 'moved' };
        }),
      );
    });
  }

  async function look(step: Step): Promise<WasRead | Uploaded> {
    if (!step.reuse) return opened(step, readWhole);
    return step.local ? { kind: 'sent', slices: step.reuse.slices, stamp: step.local.stamp } : { kind: 'moved' };
  }

  async function opened<T>(
    step: Step,
    use: (file: OpenFile, planned: Sha256) => Promise<T>,
  ): Promise<T | Exclude<Uploaded, { kind: 'sent' }>> {
    if (signal.aborted) throw signal.reason;
    const { local } = step;
    if (!local) return { kind: 'moved' };
    let file: OpenFile;
    try {
      file = await files.open(step.path);
    } catch (error) {
      if ((await files.stat(step.path)) === null) return { kind: 'moved' };
      return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
    try {
      if (!sameStamp(file.stamp, local.stamp)) return { kind: 'moved' };
      return await use(file, local.sha256);
    } catch (error) {
      // A disk that cannot be read to the end is trouble of this path alone.
      if (error instanceof SyncError && error.kind === 'local') return { kind: 'failed', reason: error.message };
      throw error;
    } finally {
      await file.close();
    }
  }

  async function readWhole(file: OpenFile, planned: Sha256): Promise<WasRead | { readonly kind: 'moved' }> {
    const { stamp } = file;
    const bytes = await file.read(0, stamp.size + 1);
    const isPlanned = bytes.byteLength === stamp.size && codec.sha256(bytes) === planned;
    return isPlanned ? { kind: 'read', sha256: planned, bytes, stamp } : { kind: 'moved' };
  }

  // The whole hash is known only at the end: chunks of a file that moved are garbage, and no commit names them.
  async function sendChunks(file: OpenFile, planned: Sha256): Promise<Uploaded> {
    const whole = codec.hasher();
    const chunks: Promise<readonly Slice[]>[] = [];
    const failures: unknown[] = [];
    for (let offset = 0; offset < file.stamp.size && !signal.aborted && failures.length === 0; offset += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, file.stamp.size - offset);
      await new Promise<void>((readNext) => {
        const chunk = budget.within(length, async () => {
          const bytes = await file.read(offset, length);
          whole.update(bytes);
          readNext();
          return sender.send([{ sha256: codec.sha256(bytes), bytes }]);
        });
        chunks.push(chunk);
        chunk.catch((error: unknown) => {
          failures.push(error);
          readNext();
        });
      });
    }
    const slices = (await all(chunks)).flat();
    if (signal.aborted) throw signal.reason;
    const isPlanned = whole.digest() === planned && (await isStill(file));
    return isPlanned ? { kind: 'sent', slices, stamp: file.stamp } : { kind: 'moved' };
  }

  return { upload, sent: sender.sent };
}

interface WasRead {
  readonly kind: 'read';
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
  readonly stamp: FileStamp;
}

const sizeOf = ({ local }: { readonly local: LocalEntry | null }): number => local?.stamp.size ?? 0;

async function isStill(file: OpenFile): Promise<boolean> {
  const now = await file.stampNow();
  return now !== null && sameStamp(now, file.stamp);
}

/** The objects of a commit that are used whole and as they are: then the key names the SHA-256 of exactly these bytes. */
export function wholeObjects(tree: RemoteTree): ReadonlyMap<Sha256, Slice> {
  const found = new Map<Sha256, Slice>();
  for (const { slices } of tree.values()) {
    for (const slice of slices) {
      if (slice.offset === 0 && slice.encoding === undefined) found.set(hashIn(slice.object), slice);
    }
  }
  return found;
}
