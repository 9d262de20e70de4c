import { SyncError } from '../../core/errors.ts';
import {
  type FileStamp,
  type LocalEntry,
  type RemoteTree,
  type Sha256,
  type Slice,
  sameStamp,
} from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { type ChunkLimits, LARGEST_FILE, MOST_CHUNKS } from '../../core/plan/cut-chunks.ts';
import type { Step } from '../../core/plan/plan.ts';
import { each } from '../each.ts';
import type { LocalFiles, OpenFile } from '../ports.ts';
import type { ByteBudget } from './byte-budget.ts';
import { sendChunks } from './send-chunks.ts';
import { type Content, createSender, type SenderParts } from './send-contents.ts';
import { openStanding } from './standing.ts';

/** Files of a pack that are open at the same time. */
const READ_AT_ONCE = 16;

export type Uploaded =
  | { readonly kind: 'sent'; readonly slices: readonly Slice[]; readonly stamp: FileStamp }
  /** The file is no longer what was planned: look again. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Uploader {
  /** Steps that travel together; what is larger than a chunk can be, or reuses an entry, travels alone. One answer each, in their order. */
  upload(steps: readonly Step[]): Promise<readonly Uploaded[]>;
  /** Contents that are in memory, in one object. */
  send(contents: readonly Content[]): Promise<void>;
  /** Where the contents that were written or found lie, by their SHA-256. */
  readonly sent: ReadonlyMap<Sha256, Slice>;
}

export interface UploaderParts extends Omit<SenderParts, 'standing'> {
  readonly files: LocalFiles;
  /** What of the steps' files is in memory already, whole, with the hash of its step. */
  readonly contents?: ReadonlyMap<SyncPath, Uint8Array>;
  /** Entries of the commit being replaced: of what they hold nothing is sent. Those that a step reuses need not be among them. */
  readonly standing: RemoteTree;
  readonly budget: ByteBudget;
  readonly chunks: ChunkLimits;
}

export function createUploader(parts: UploaderParts): Uploader {
  const { files, codec, budget, signal } = parts;
  const standing = openStanding(parts, parts.standing);
  const sender = createSender({ ...parts, standing });
  const spare: Uint8Array[] = [];

  async function upload(steps: readonly Step[]): Promise<readonly Uploaded[]> {
    const [first, ...others] = steps;
    return first && others.length === 0 ? [await uploadOne(first)] : sendTogether(steps);
  }

  async function uploadOne({ reuse, ...step }: Step): Promise<Uploaded> {
    const { local } = step;
    if (local && reuse && reuse.slices.length <= MOST_CHUNKS && (await standing.holds(reuse.slices)))
      return { kind: 'sent', slices: reuse.slices, stamp: local.stamp };
    const bytes = bytesOf(step);
    if (bytes > LARGEST_FILE) return { kind: 'failed', reason: TOO_LARGE };
    if (bytes > parts.chunks.most) return opened(step, sendLarge);
    const [sent] = await sendTogether([step]);
    return sent ?? { kind: 'moved' };
  }

  function sendTogether(steps: readonly Step[]): Promise<readonly Uploaded[]> {
    const bytes = steps.reduce((sum, step) => sum + bytesOf(step), 0);
    // A pack is in memory three times: its files, those compressed, and what they make together.
    return budget.within((steps.length > 1 ? 3 : 2) * bytes, async () => {
      const found: (WasRead | Uploaded)[] = await wereRead(steps);
      await readTogether(steps, found);
      await each(steps.entries(), READ_AT_ONCE, async ([nth, step]) => {
        found[nth] ??= await opened(step, readWhole);
      });
      const places = await sender.send(found.filter(hasContent));
      const now = await files.statAll(steps.map(({ path }) => path));
      return found.map((file, nth) => (file.kind === 'read' ? settle(file, now[nth] ?? null, places) : file));
    });
  }

  /** Those that were read to plan and are as they were then: what was taken away since, or is another, is not to be sent. */
  async function wereRead(steps: readonly Step[]): Promise<WasRead[]> {
    const found: WasRead[] = [];
    if (parts.contents === undefined || parts.contents.size === 0) return found;
    const now = await files.statAll(steps.map(({ path }) => path));
    for (const [nth, { path, local }] of steps.entries()) {
      const [stamp, bytes] = [now[nth] ?? null, parts.contents.get(path)];
      if (!local || stamp === null || stamp instanceof SyncError || !sameStamp(stamp, local.stamp)) continue;
      if (bytes?.byteLength === stamp.size) found[nth] = { kind: 'read', path, sha256: local.sha256, bytes, stamp };
    }
    return found;
  }

  async function readTogether(steps: readonly Step[], found: (WasRead | Uploaded)[]): Promise<void> {
    const unread = steps.flatMap(({ path, local }, nth) =>
      local && found[nth] === undefined ? [{ path, size: local.stamp.size, nth, local }] : [],
    );
    const places = new Map(unread.map((file) => [file.path, file]));
    await files.readWhole(unread, {
      keeps: () => true,
      onRead(path, { stamp, sha256, bytes }) {
        const planned = places.get(path);
        if (planned === undefined || bytes === null || !sameStamp(stamp, planned.local.stamp)) return;
        if (sha256 === planned.local.sha256) found[planned.nth] = { kind: 'read', path, sha256, bytes, stamp };
      },
      signal,
    });
  }

  async function opened<T>(
    step: Step,
    use: (file: OpenFile, planned: LocalEntry) => Promise<T>,
  ): Promise<T | Exclude<Uploaded, { kind: 'sent' }>> {
    if (signal.aborted) throw signal.reason;
    const { local } = step;
    if (!local) return { kind: 'moved' };
    let file: OpenFile;
    try {
      file = await files.open(step.path);
    } catch (error) {
      if ((await files.stat(step.path)) === null) return { kind: 'moved' };
      return failed(error);
    }
    try {
      if (!sameStamp(file.stamp, local.stamp)) return { kind: 'moved' };
      return await use(file, local);
    } catch (error) {
      // A disk that cannot be read to the end is trouble of this path alone.
      if (error instanceof SyncError && error.kind === 'local') return failed(error);
      throw error;
    } finally {
      await file.close();
    }
  }

  async function readWhole(
    file: OpenFile,
    { path, sha256 }: LocalEntry,
  ): Promise<WasRead | { readonly kind: 'moved' }> {
    const { stamp } = file;
    const bytes = await file.read(0, stamp.size + 1);
    const isPlanned = bytes.byteLength === stamp.size && codec.sha256(bytes) === sha256;
    return isPlanned ? { kind: 'read', path, sha256, bytes, stamp } : { kind: 'moved' };
  }

  // The whole hash is known only at the end: chunks of a file that moved are garbage, and no commit names them.
  async function sendLarge(file: OpenFile, { sha256: planned }: LocalEntry): Promise<Uploaded> {
    const { slices, sha256 } = await sendChunks({ ...parts, sender, spare }, file);
    const isPlanned = sha256 === planned && (await isStill(file));
    return isPlanned ? { kind: 'sent', slices, stamp: file.stamp } : { kind: 'moved' };
  }

  return { upload, send: async (contents) => void (await sender.send(contents)), sent: sender.sent };
}

interface WasRead {
  readonly kind: 'read';
  readonly path: SyncPath;
  readonly sha256: Sha256;
  readonly bytes: Uint8Array;
  readonly stamp: FileStamp;
}

// What was written since it was read goes up in the same cycle.
function settle(
  { sha256, stamp }: WasRead,
  now: FileStamp | null | SyncError,
  places: ReadonlyMap<Sha256, Slice>,
): Uploaded {
  if (now instanceof SyncError) return failed(now);
  if (now === null || !sameStamp(now, stamp)) return { kind: 'moved' };
  const slice = places.get(sha256);
  return { kind: 'sent', slices: slice ? [slice] : [], stamp };
}

const hasContent = (file: WasRead | Uploaded): file is WasRead => file.kind === 'read' && file.bytes.byteLength > 0;

const TOO_LARGE = `it is larger than ${LARGEST_FILE / 2 ** 30} GiB, the most that can be shared: nothing of it was sent`;

const bytesOf = ({ local }: Step): number => local?.stamp.size ?? 0;

const failed = (error: unknown): Uploaded & { readonly kind: 'failed' } => ({
  kind: 'failed',
  reason: error instanceof Error ? error.message : String(error),
});

async function isStill(file: OpenFile): Promise<boolean> {
  const now = await file.stampNow();
  return now !== null && sameStamp(now, file.stamp);
}
