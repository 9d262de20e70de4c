import { type Problem, SyncError } from '../../core/errors.ts';
import type { Commit, CommitPointer } from '../../core/format/records.ts';
import { commitKey } from '../../core/format/sync-index.ts';
import type { BaseEntry, Entry } from '../../core/format/tree.ts';
import { collisionKey, type SyncPath } from '../../core/paths/sync-path.ts';
import type { CompressionLimits } from '../../core/plan/compression.ts';
import type { ChunkLimits } from '../../core/plan/cut-chunks.ts';
import { type PackLimits, planPacks } from '../../core/plan/packs.ts';
import type { Step } from '../../core/plan/plan.ts';
import type { RepackLimits } from '../../core/plan/sparse-packs.ts';
import type { ByteBudget } from '../contents/byte-budget.ts';
import { createUploader, type Uploader } from '../contents/upload.ts';
import { AT_ONCE, each } from '../each.ts';
import type { Clock, Codec, Identity, Ids, LocalFiles, ObjectStore } from '../ports.ts';
import type { SwapOptions, SwapOutcome } from '../remote/register.ts';
import type { RemoteLog, RemoteView } from '../remote/remote-log.ts';
import type { Scan } from '../root/scan.ts';
import type { BaseStore, Overruled } from '../state/base-store.ts';
import { repack } from './repack.ts';
import { entriesAfter, leftBy, mergeTree, type TreeChanges } from './tree-changes.ts';

export interface PushParts {
  readonly store: ObjectStore;
  readonly files: LocalFiles;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly identity: Identity;
  readonly budget: ByteBudget;
  readonly packs: PackLimits;
  readonly chunks: ChunkLimits;
  readonly compression: CompressionLimits;
  readonly log: RemoteLog;
  readonly base: BaseStore;
  readonly onBytes: (bytes: number) => void;
  readonly onFile: () => void;
  readonly onCommit: () => void;
}

/** The right to write: under a lease, or for one small swap. */
export interface Ticket {
  readonly datastoreId: string;
  readonly epoch: number;
  readonly signal: AbortSignal;
  readonly assertMayWrite: () => void;
  readonly repacks: RepackLimits;
  commit(pointer: CommitPointer, before: SwapOptions['before']): Promise<SwapOutcome>;
}

export type Pushed =
  | {
      readonly kind: 'committed';
      readonly pointer: CommitPointer;
      readonly commit: Commit;
      readonly uploaded: number;
      readonly deleted: number;
      readonly advanced: readonly BaseEntry[];
      readonly forgotten: readonly SyncPath[];
      readonly problems: readonly Problem[];
      readonly moved: readonly SyncPath[];
    }
  /** Nothing was left to commit. */
  | { readonly kind: 'nothing'; readonly problems: readonly Problem[]; readonly moved: readonly SyncPath[] }
  /** Another commit came first: plan again. */
  | { readonly kind: 'lost' };

// A process that dies tells nobody what it has sent, and would send it again. Writing the note is cheap beside sending so much.
const NOTE_BYTES = 1 << 20;
/** For each content in the note: a long one is written less often. */
const NOTE_BYTES_EACH = 1_000;
/** Of all that goes up: much is noted by larger parts, for the disk makes each note wait. */
const NOTES = 128;

/** Objects, then shards, then the commit, then the swap: the only commit point. */
export async function push(
  parts: PushParts,
  ticket: Ticket,
  view: RemoteView,
  steps: readonly Step[],
  scan: Pick<Scan, 'at' | 'files' | 'contents'>,
): Promise<Pushed> {
  const { base } = parts;
  const earlier = await base.uploads();
  const share = steps.reduce((sum, { local }) => sum + (local?.stamp.size ?? 0), 0) / NOTES;
  let unnoted = 0;
  let noting: Promise<void> = Promise.resolve();
  const { epoch, signal, assertMayWrite } = ticket;
  const sending = { ...parts, epoch, signal, assertMayWrite };
  const uploader = createUploader({
    ...sending,
    earlier,
    contents: scan.contents,
    standing: steps.some(({ local }) => (local?.stamp.size ?? 0) > parts.chunks.most) ? view.tree : new Map(),
    async onSent(bytes) {
      unnoted += bytes;
      if (unnoted < Math.max(NOTE_BYTES, share, uploader.sent.size * NOTE_BYTES_EACH)) return;
      unnoted = 0;
      await keepUploads();
    },
  });
  try {
    const gathered = await gather(parts, steps, uploader, generationAfter(view), scan.at);
    const { entries, removed, problems, moved } = gathered;
    if (entries.length === 0 && removed.length === 0) return { kind: 'nothing', problems, moved };
    const rewritten = await repack(
      {
        ...parts,
        uploader: createUploader({ ...sending, earlier: new Map(), standing: new Map(), onBytes: () => {} }),
        local: scan.files,
        signal: ticket.signal,
      },
      { entries: entriesAfter(view, gathered), left: leftBy(view, gathered) },
      ticket.repacks,
    );
    const done = await commitChanges(parts, ticket, view, { ...gathered, overruled: overruledBy(steps), rewritten });
    if (done.kind === 'lost') {
      await keepUploads();
      return done;
    }
    await base.setUploads(new Map());
    return {
      ...done,
      uploaded: entries.length,
      deleted: removed.length,
      advanced: gathered.advanced,
      forgotten: removed,
      problems,
      moved,
    };
  } catch (error) {
    await keepUploads();
    throw error;
  }

  /** One after another, so that the last one written knows all. */
  function keepUploads(): Promise<void> {
    noting = noting.catch(() => {}).then(() => base.setUploads(new Map([...earlier, ...uploader.sent])));
    return noting;
  }
}

export type CommitParts = Pick<PushParts, 'base' | 'clock' | 'ids' | 'identity' | 'log' | 'onCommit'>;

/** Shards that `view.commit` lacks, then the commit, the journal and the swap. Whatever the entries name is uploaded already. */
export async function commitChanges(
  parts: CommitParts,
  ticket: Ticket,
  view: RemoteView,
  changes: TreeChanges,
): Promise<
  { readonly kind: 'committed'; readonly pointer: CommitPointer; readonly commit: Commit } | { readonly kind: 'lost' }
> {
  const { base, clock, ids, identity, log } = parts;
  const { advanced, removed, overruled = [] } = changes;
  parts.onCommit();
  ticket.assertMayWrite();
  const generation = generationAfter(view);
  const next = mergeTree(view, changes);
  const shards = await log.writeShards(next.stretches, view.commit, ticket.epoch, ticket.signal);
  const id = ids.uuid();
  const commit: Commit = {
    format: 1,
    datastoreId: ticket.datastoreId,
    generation,
    id,
    parent: view.pointer && { id: view.pointer.id, key: view.pointer.key, sha256: view.pointer.sha256 },
    epoch: ticket.epoch,
    by: identity.holder,
    at: new Date(clock.now()).toISOString(),
    message: '',
    stats: next.stats,
    shards,
  };
  ticket.assertMayWrite();
  const pointer = await log.writeCommit(commit, commitKey(generation, id), ticket.signal);
  ticket.assertMayWrite();
  const journal = await base.journal();
  const outcome = await ticket.commit(pointer, (head, named) =>
    base.setJournal([
      ...journal,
      { commitId: id, generation, nonce: head.nonce, named, entries: advanced, removed, overruled },
    ]),
  );
  if (outcome.kind === 'unknown') throw unknownOutcome(outcome.cause);
  if (outcome.kind !== 'won' && outcome.kind !== 'superseded') {
    await base.setJournal(journal);
    return { kind: 'lost' };
  }
  return { kind: 'committed', pointer, commit };
}

const overruledBy = (steps: readonly Step[]): readonly Overruled[] =>
  steps
    .filter(({ base, remote }) => base?.sha256 !== remote?.sha256)
    .map(({ path, base }) => [path, base?.sha256 ?? null]);

const generationAfter = (view: RemoteView): number => (view.commit?.generation ?? 0) + 1;

async function gather(
  parts: PushParts,
  steps: readonly Step[],
  uploader: Uploader,
  generation: number,
  scannedAt: number,
) {
  const entries: Entry[] = [];
  const advanced: BaseEntry[] = [];
  const removed: SyncPath[] = [];
  const problems: Problem[] = [];
  const moved: SyncPath[] = [];
  const uploads = steps.filter(({ kind }) => kind === 'upload');
  const arriving = new Set(uploads.map(({ path }) => collisionKey(path)));
  const gone = steps.filter(({ kind }) => kind === 'delete-remote').map(({ path }) => path);
  const there = await parts.files.statAll(gone);
  for (const [nth, path] of gone.entries()) {
    const now = there[nth];
    // Where case does not count, the file renamed to its twin still answers to the old name.
    const isTwin = arriving.has(collisionKey(path));
    if (now instanceof SyncError && !isTwin) throw now;
    (now === null || isTwin ? removed : moved).push(path);
  }
  await each(planPacks(uploads, parts.packs), AT_ONCE, async (pack) => {
    const answers = await uploader.upload(pack);
    for (const [nth, { path, local }] of pack.entries()) {
      const sent = answers[nth];
      if (sent?.kind === 'failed') problems.push({ path, reason: sent.reason });
      else if (sent?.kind !== 'sent' || !local) moved.push(path);
      else {
        const { sha256 } = local;
        const { size, mtime, exec } = sent.stamp;
        entries.push({ path, size, mtime, sha256, exec, by: parts.identity.holder, generation, slices: sent.slices });
        advanced.push({ path, sha256, stamp: sent.stamp, seenAt: scannedAt });
        parts.onFile();
      }
    }
  });
  return { entries, advanced, removed, problems, moved };
}

function unknownOutcome(cause: unknown): SyncError {
  return new SyncError(
    'unknown-outcome',
    'the store did not say whether the commit was taken',
    'Sync again: the journal settles it, and nothing is sent or deleted twice.',
    { cause },
  );
}
