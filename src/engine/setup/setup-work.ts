import type { Config } from '../../core/config/config.ts';
import type { Problem } from '../../core/errors.ts';
import type { Unmatched } from '../../core/setup/kept-text.ts';
import type { SetupStep, SetupStepKind, SetupTarget } from '../../core/setup/setup-plan.ts';
import type { Progress } from '../../core/status/sync-report.ts';
import type { Scan } from '../root/scan.ts';
import type { FolderLocks } from './folder-locks.ts';
import type { SetupNote } from './setup-note.ts';
import type { RemoteSide, SetupParts } from './setup-ports.ts';
import type { RecordKeeper } from './setup-record.ts';

export interface SetupOptions {
  /** Leave the files where they are. */
  readonly skipMigration: boolean;
  /** Delete what was verified at the target, in place of moving the folder aside. */
  readonly deleteSource: boolean;
  /** Look and plan; change nothing. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Once, when another set-up seems to be at work: so long it is looked whether it is. */
  readonly onWait?: ((who: string) => void) | undefined;
  readonly onStep?: ((step: SetupStep) => void) | undefined;
  /** Something was found right, or was done. */
  readonly onTold?: ((kind: SetupStepKind, text: string) => void) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A set-up under way: what it is about, what it holds, and what came of it. */
export interface Work {
  readonly parts: SetupParts;
  /** The signal aborts when a lock is lost, too. */
  readonly options: SetupOptions;
  /** Where the files come from; null: from nowhere. */
  readonly source: { readonly config: Config; readonly folder: string } | null;
  readonly target: SetupTarget;
  readonly remote: RemoteSide | null;
  readonly old: RemoteSide | null;
  readonly record: RecordKeeper;
  readonly locks: FolderLocks;
  readonly note: SetupNote;
  /** `kind`: of the step that did it; that under way otherwise. */
  readonly tell: (text: string, kind?: SetupStepKind) => void;
  readonly onProgress: (progress: Progress) => void;
  readonly found: Findings;
  /** What stays behind when it fails now. */
  readonly left: Set<string>;
  readonly notes: string[];
  /** A run of before has begun it. */
  readonly isResumed: boolean;
  /** From then on the new place goes its own way: only what came late to the source is brought there. */
  isConfigured: boolean;
}

/** What the steps found out, each for those after it. */
export interface Findings {
  /** As verified: what may be cleaned up. */
  verified: Scan | null;
  /** Of the source, when it was verified. */
  unmatched: Unmatched;
  /** What is moved aside is kept out of git, where that has to do with it. */
  isIgnored: boolean;
  /** What the target's folder took over survives a power cut; false: its file system does not say so. */
  isDurable: boolean;
  /** Files of the source that are gone, whatever made it begin again. */
  deleted: number;
  /** At the target now. */
  reached: { files: number; bytes: number };
  conflicts: readonly string[];
  /** Paths that are at the target's folder, and that its remote does not take. */
  problems: readonly Problem[];
  /** Commits of the target before anything was sent; null: none. */
  generation: number | null;
}

export const nothingFound = (): Findings => ({
  verified: null,
  unmatched: { withheld: 0, changed: 0, otherTime: 0, otherMode: 0 },
  isIgnored: true,
  isDurable: true,
  deleted: 0,
  reached: { files: 0, bytes: 0 },
  conflicts: [],
  problems: [],
  generation: null,
});

/** What a folder is called after it was moved aside at a time. */
export const asideName = (folder: string, now: number): string =>
  `${folder.split(/[/\\]/).at(-1) ?? ''}.${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}`;

/** For methods that take no undefined signal. */
export const withSignal = ({ signal }: SetupOptions): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

/** Contents of the source that are not to be brought again, by path. */
export const knownOf = ({ isConfigured, record }: Work): ReadonlyMap<string, string> =>
  (isConfigured ? record.now().verified : null) ?? new Map();

/** Whether the target's folder is there yet. */
export const isThere = async ({ parts, target }: Work): Promise<boolean> =>
  (await parts.folders.open(target.folder).state()).kind === 'folder';

export function expected<T>(part: T | null): T {
  if (part === null) throw new TypeError('a step without its remote');
  return part;
}
