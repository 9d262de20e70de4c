import type { Config } from '../core/config/config.ts';
import type { ConfigProblem } from '../core/config/config-problem.ts';
import type { Result } from '../core/errors.ts';
import type { StoredFile } from '../core/format/tree.ts';
import type { SetupInput } from '../core/setup/setup-input.ts';
import type { UnfinishedSetup } from '../core/setup/unfinished.ts';
import type { Progress, SyncReport } from '../core/status/sync-report.ts';
import type { CheckupParts } from '../engine/checkup/checkup-ports.ts';
import type { Datastore } from '../engine/datastore.ts';
import type { PhaseCosts } from '../engine/phase-costs.ts';
import type { Clock, Log } from '../engine/ports.ts';
import type { SetupParts } from '../engine/setup/setup-ports.ts';

export interface Output {
  /** Never throws: what a reader that has gone away does not take is dropped. */
  write(data: string | Uint8Array): void;
  /** Resolves when the reader has taken most of what was written, at once when it has gone away. */
  ready(): Promise<void>;
  readonly isTerminal: boolean;
  readonly columns: number;
  /** The reader has gone away (`| head`). */
  readonly closed: boolean;
}

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface OpenRequest {
  readonly workspace: string;
  readonly config: Config;
  readonly log: Log;
  /** Hears what each phase of a cycle took. */
  readonly onPhase?: ((phase: PhaseCosts) => void) | undefined;
}

export interface CheckupRequest {
  readonly workspace: string;
  readonly config: Result<Config, readonly ConfigProblem[]>;
}

export interface SetupRequest {
  readonly workspace: string;
  /** What is set up now. */
  readonly from: Config | null;
  readonly input: SetupInput;
  /** Told who has the lock of a folder that files move from or to, each time that is another. */
  readonly onWait: (who: string) => void;
}

/** What a watch tells. */
export interface WatchEvents {
  synced(report: SyncReport): void;
  /** A cycle failed; it is tried again. */
  failed(error: unknown): void;
  onProgress(progress: Progress): void;
}

export interface WatchHandle {
  /** Resolves when what is under way was broken off cleanly. Closes the datastore. */
  stop(): Promise<void>;
}

/** A program started by `run`. */
export interface Child {
  /** Its exit code, 128 + n when signal n ended it. Rejects with SyncError('usage') when it cannot be started. */
  readonly ended: Promise<number>;
  kill(signal: StopSignal | 'SIGKILL'): void;
}

/** All the CLI has of the world; `src/cli.ts` builds the real one. */
export interface Host {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Stdin is a terminal: Ctrl-C reaches a child by itself. */
  readonly isInteractive: boolean;
  readonly clock: Clock;
  /** Calls `listener` on each signal that asks to stop; the returned function ends that. */
  onStop(listener: (signal: StopSignal) => void): () => void;
  /** Keeps the process alive until the returned function is called: timers of the clock do not. */
  stayAwake(): () => void;
  /** Notes from now on what the processor does; the returned function ends that and writes it. SyncError('local') when it cannot. */
  profile(file: string): () => void;
  /** Ends the process now. */
  exit(code: number): void;
  /** An absolute folder from `--cwd`, and the workspace it is in. SyncError('usage') when there is no such folder. */
  findWorkspace(cwd: string): Promise<string>;
  readConfig(
    workspace: string,
    url: { readonly source: string; readonly url: string } | null,
  ): Promise<Result<Config, readonly ConfigProblem[]>>;
  /** A set-up that has begun, has not ended, and can be gone on with. SyncError('local'). */
  readUnfinished(workspace: string, config: Config | null): Promise<UnfinishedSetup | null>;
  /** An absolute path. SyncError('usage') where there is no such file. */
  readPlanFile(path: string): Promise<string>;
  writePlanFile(path: string, text: string): Promise<void>;
  /** SyncError('config') where another tool's format is named. Contacts nobody yet. */
  openDatastore(request: OpenRequest): Promise<Datastore<StoredFile>>;
  /** Whatever the configuration is. Contacts nobody yet. */
  openCheckup(request: CheckupRequest): Promise<CheckupParts>;
  /** SyncError('usage' or 'config') when the input will not do. Contacts nobody yet. */
  openSetup(request: SetupRequest): Promise<SetupParts>;
  /** `cwd` may be relative to ours; `env` is added to ours. */
  spawn(
    command: string,
    args: readonly string[],
    options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ): Child;
  /** Calls `changed` when a file that carries configuration has changed, settled; the returned function ends that. */
  watchConfig(workspace: string, changed: () => void, failed: (reason: string) => void): Promise<() => Promise<void>>;
  /** Keeps the datastore in step until stopped. */
  watch(datastore: Datastore<StoredFile>, request: OpenRequest, events: WatchEvents): Promise<WatchHandle>;
}
