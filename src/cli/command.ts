import type { Config } from '../core/config/config.ts';
import type { StoredFile } from '../core/format/tree.ts';
import type { Datastore } from '../engine/datastore.ts';
import type { FlagName, Flags } from './flags.ts';
import type { Host, StopSignal } from './host.ts';
import type { Grammar } from './parse.ts';
import type { Reporter } from './progress-reporter.ts';
import type { Paint } from './render/paint.ts';

/** One word (or two) after `datastore`. */
export interface Command extends Grammar {
  /** What stands after the name, e.g. `PATH --mine`. */
  readonly usage: string;
  /** One line, for the overview. */
  readonly summary: string;
  /** Paragraphs, wrapped when shown. */
  readonly details: readonly string[];
  /** Whether it changes anything: such a command is refused inside `datastore run`. */
  writes(flags: Flags): boolean;
  run(context: CommandContext): Promise<Outcome>;
}

/** What a command found or did. Failures are thrown as SyncError. */
export interface Outcome {
  readonly code: number;
  /** For `--json`; `schema` and `ok` are added. */
  readonly document: Readonly<Record<string, unknown>>;
  /** For people, on stdout. */
  readonly lines: readonly string[];
}

export interface Settings {
  readonly workspace: string;
  readonly config: Config;
}

export interface CommandContext {
  readonly host: Host;
  readonly flags: Flags;
  readonly positionals: readonly string[];
  /** What stands after `--`. */
  readonly rest: readonly string[];
  /** For text on stdout. */
  readonly paint: Paint;
  readonly reporter: Reporter;
  /** Aborts with the first signal that asks to stop. */
  readonly stopped: AbortSignal;
  /** Gets every such signal. */
  onStop(listener: (signal: StopSignal) => void): () => void;
  /** Gives `work` a signal that aborts on a stop, or after `--timeout`; then the rejection says which. */
  limited<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Read once; `--wait` and the rates are in them. SyncError('config' or 'not-set-up') names every problem. */
  settings(): Promise<Settings>;
  /** As `settings`, read anew: of the same workspace, also where a folder above is one by now. */
  reread(): Promise<Settings>;
  /**
   * The one datastore of this command, closed after it; of other settings another, which takes its place. SyncError('config') where
   * another tool's format is named.
   */
  open(other?: Settings): Promise<Datastore<StoredFile>>;
}

/** Flags of commands that move contents. */
export const RATES: readonly FlagName[] = ['max-upload', 'max-download'];

/** Flags of every command. */
export const COMMON: readonly FlagName[] = ['cwd', 'datastore', 'quiet', 'no-color', 'timeout', 'cpu-profile'];
