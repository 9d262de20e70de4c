import type { Config } from '../core/config/config.ts';
import type { ConfigProblem } from '../core/config/config-problem.ts';
import type { RateTexts } from '../core/config/rate.ts';
import type { Timing } from '../core/config/timing.ts';
import type { Result } from '../core/errors.ts';
import type { StoredFile } from '../core/format/tree.ts';
import type { SetupInput } from '../core/setup/setup-input.ts';
import type { UnfinishedSetup } from '../core/setup/unfinished.ts';
import type { CheckupParts } from '../engine/checkup/checkup-ports.ts';
import type { Datastore } from '../engine/datastore.ts';
import type { Clock, Log, Network, Watcher } from '../engine/ports.ts';
import type { Skip } from '../engine/root/scan.ts';
import type { SetupParts } from '../engine/setup/setup-ports.ts';

/** What `datastore.signIn` keeps in VS Code's secret storage. */
export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface EngineRequest {
  /** Absolute. */
  readonly workspace: string;
  readonly config: Config;
  readonly log: Log;
  /** The AWS chain otherwise. */
  readonly credentials?: AccessKeys | undefined;
}

export interface CheckupRequest extends Pick<EngineRequest, 'workspace' | 'credentials'> {
  readonly config: Result<Config, readonly ConfigProblem[]>;
}

export interface SetupRequest extends Pick<EngineRequest, 'workspace' | 'credentials'> {
  /** What is set up now; null: nothing. */
  readonly from: Config | null;
  /** For what is set up now; the AWS chain otherwise. */
  readonly fromCredentials?: AccessKeys | undefined;
  readonly input: SetupInput;
}

/** Whose buckets are asked for, and where. */
export interface Account extends Pick<EngineRequest, 'credentials'> {
  /** AWS otherwise. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

export interface Engine {
  readonly datastore: Datastore<StoredFile>;
  readonly watcher: Watcher;
  readonly skip: Skip;
  /** What of it holds whatever the configuration says. */
  readonly neverShared: Skip;
  /** Absolute. */
  readonly root: string;
  readonly timing: Timing;
  readonly network: Network;
}

/** What this room has of the rest; `src/extension.ts` builds the real one. */
export interface Host {
  readonly clock: Clock;
  /** SHA-256 in hex. */
  readonly hashOf: (content: Uint8Array) => Promise<string>;
  /** `url` and `rates`: the settings of these names, where they count. Contacts nobody. */
  readConfig(workspace: string, url: string, rates?: RateTexts): Promise<Result<Config, readonly ConfigProblem[]>>;
  /** Loads the SDK where it names a bucket. Contacts nobody yet. */
  openEngine(request: EngineRequest): Promise<Engine>;
  /** Whatever the configuration is; loads the SDK where it names a bucket. Contacts nobody yet. */
  openCheckup(request: CheckupRequest): Promise<CheckupParts>;
  /** Loads the SDK where it has to do with a bucket. Contacts nobody yet. SyncError('usage') names each input that will not do. */
  openSetup(request: SetupRequest): Promise<SetupParts>;
  /** A set-up that has begun, has not ended, and can be gone on with. Rejects with SyncError('local'). */
  readUnfinished(workspace: string, config: Config | null): Promise<UnfinishedSetup | null>;
  /** Rejects where they cannot be listed. */
  listBuckets(account: Account, signal?: AbortSignal): Promise<readonly string[]>;
  /** Names of AWS profiles. Contacts nobody. */
  listProfiles(): Promise<readonly string[]>;
}
