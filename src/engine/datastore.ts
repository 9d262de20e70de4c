import type { FolderHealth } from '../core/doctor/folder-health.ts';
import type { LeaseHolder, Whose } from '../core/format/lease-holder.ts';
import type { Entry, StoredFile } from '../core/format/tree.ts';
import type { GarbageReport } from '../core/garbage/garbage-report.ts';
import type { ApprovedPlan } from '../core/plan/approved-plan.ts';
import type { Choice, Conflict, PlanPolicy } from '../core/plan/plan.ts';
import type { Preview, Progress, SyncReport } from '../core/status/sync-report.ts';
import type { UndoPoint, UndoReport } from '../core/status/undo-report.ts';
import type { VerifyReport } from '../core/verify/verify-report.ts';

export interface SyncOptions {
  readonly direction?: PlanPolicy['direction'];
  readonly onConflict?: PlanPolicy['onConflict'];
  readonly choices?: readonly Choice[];
  /**
   * Does these steps and no others, under the policy they were planned with (and `choices`, if any were). SyncError('moved') when one of them is no longer what
   * would be done, SyncError('usage') when one needs another that was left out; then nothing is changed.
   */
  readonly approved?: ApprovedPlan;
  readonly allowMassDelete?: boolean;
  /** Approves an identity veto for exactly this generation: the base is discarded, nothing is deleted. */
  readonly acceptRemote?: number;
  /**
   * May begin from the register as this process saw it lately, instead of asking. What goes up names that version, so its swap asks; where
   * nothing does, it is asked at the end. And from the root as an earlier walk of this process found it, where nobody has told of a change.
   */
  readonly fromLastSeen?: boolean;
  /** Shown to others while the lease is held. */
  readonly purpose?: string;
  /** Paths that must not be touched now (open and unsaved in an editor). */
  readonly busyPaths?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface PreviewOptions extends SyncOptions {
  /** Contacts nobody: against the commit that was last seen. SyncError('offline') where none was. */
  readonly lastKnown?: boolean;
}

export interface VerifyOptions extends Pick<SyncOptions, 'busyPaths' | 'purpose' | 'signal' | 'onProgress'> {
  /** Put in order what a good side has; else nothing is changed on either side. */
  readonly repair?: boolean;
}

export interface GarbageOptions extends Pick<SyncOptions, 'purpose' | 'signal' | 'onProgress'> {
  /** Tells what would go, without the lease. */
  readonly dryRun?: boolean;
  /** Of a register that was set back: its generation. Later commits that lie there are given up. */
  readonly acceptRemote?: number;
}

export interface UndoOptions extends Pick<SyncOptions, 'busyPaths' | 'signal'> {
  /** Of an UndoPoint, or how it begins; the latest sync otherwise. */
  readonly id?: string;
  /** Only these files, and those below these folders. */
  readonly paths?: readonly string[];
}

/** The lease as the register shows it. */
export interface LeaseView {
  /** Null: free (or no head yet). */
  readonly lease: LeaseHolder | null;
  /** Whether it is held by this process, or by another process of this workspace (nonce in the state folder). */
  readonly ours: Whose;
  readonly generation: number | null;
  readonly committedAt: string | null;
  readonly committedBy: string | null;
  /** When the head was last read, by our clock. */
  readonly seenAt: number;
  /** Round trip of that read in milliseconds. */
  readonly latencyMs: number;
}

export interface HeldLease {
  readonly record: LeaseHolder;
  /** Aborts when the lease is lost. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
  /** Of a lease that is gone: whether a process of this workspace gave it back. False when another took it. */
  isGivenBack(): Promise<boolean>;
}

export interface AcquireOptions {
  readonly purpose: string;
  /** 0: do not wait. */
  readonly waitMs?: number;
  readonly onWait?: (holder: LeaseHolder) => void;
  readonly signal?: AbortSignal;
}

/** What the state folder knows, without a request. */
export interface LocalStatus {
  readonly lastSyncAt: number | null;
  readonly generation: number | null;
  readonly conflicts: readonly { readonly path: string; readonly reason: string }[];
  readonly recent: readonly (Omit<SyncReport, 'conflicts' | 'problems' | 'skipped'> & {
    readonly at: number;
    readonly conflicts: number;
    readonly problems: number;
  })[];
}

export interface LastContents<File extends StoredFile = Entry> {
  readonly generation: number;
  readonly files: ReadonlyMap<File['path'], File>;
  /** Of the last cycle that went through, milliseconds since 1970; null: there was none. */
  readonly at: number | null;
}

/** A folder that is the datastore itself: there is no other side. */
export interface InPlace {
  /** Absolute. */
  readonly path: string;
  /** Writes a small file and removes it. SyncError('config') when the folder is not there. */
  health(signal?: AbortSignal): Promise<FolderHealth>;
}

/**
 * One root and its remote, or (`Datastore<StoredFile>`) perhaps a folder used in place: what CLI and extension stand on. Methods
 * reject with SyncError.
 */
export interface Datastore<File extends StoredFile = Entry> {
  /** Null where files are transferred. Else cycles have nothing to do, and `verify` nothing to compare. */
  readonly inPlace: InPlace | null;
  /** A whole cycle. Conflicts and problems are in the report; a veto, a held lease and the like reject. */
  sync(options?: SyncOptions): Promise<SyncReport>;
  /** The plan `sync` would run now; no lease, no transfer, no change on either side. */
  preview(options?: PreviewOptions): Promise<Preview>;
  /** Reads the register: one conditional GET, or none where `fromLastSeen` and this process has just seen it. */
  lease(signal?: AbortSignal, options?: Pick<SyncOptions, 'fromLastSeen'>): Promise<LeaseView>;
  /** Takes the lease and keeps it until released. Inside it, `sync` uses it. */
  acquire(options: AcquireOptions): Promise<HeldLease>;
  /**
   * Gives back the lease this workspace holds (another process of it included); only the tenure of this nonce, where one is named.
   * False when it holds none, or another.
   */
  release(nonce?: string): Promise<boolean>;
  /** Takes the lease from the tenure that was shown. `moved` gives the new holder: ask again. */
  forceRelease(
    shown: LeaseHolder,
  ): Promise<{ readonly kind: 'released' } | { readonly kind: 'moved'; readonly lease: LeaseHolder | null }>;
  /** The committed files, or those of the folder, by path. */
  contents(signal?: AbortSignal): Promise<ReadonlyMap<File['path'], File>>;
  /** The committed files as they were when this machine last saw them, from what it keeps; null where it has seen none. */
  lastContents(signal?: AbortSignal): Promise<LastContents<File> | null>;
  /** The committed content of one file, verified. SyncError('usage') when there is none. */
  readRemote(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** A content that the file had in some commit, by its SHA-256, verified. SyncError('usage') when no commit that is still there has it. */
  readVersion(path: string, sha256: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Conflicts now, from a preview. */
  conflicts(signal?: AbortSignal): Promise<readonly Conflict[]>;
  /** Reads everything on both sides, whatever stamps say, and compares it with index and base. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;
  /** Deletes from the remote what no kept commit names. Rejects, and deletes nothing, where a part of the history cannot be read. */
  gc(options?: GarbageOptions): Promise<GarbageReport>;
  /** Runs that replaced or deleted files here and can be taken back, the latest first. */
  undoPoints(): Promise<readonly UndoPoint[]>;
  /** What `undo` would do now. SyncError('usage') where there is nothing of that name. */
  previewUndo(options?: UndoOptions): Promise<UndoReport>;
  /** Brings back what a run replaced or deleted here. Contacts nobody: the next sync sends what came back, like any change. */
  undo(options?: UndoOptions): Promise<UndoReport>;
  local(): Promise<LocalStatus>;
  close(): Promise<void>;
}
