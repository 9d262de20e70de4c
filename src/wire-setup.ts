import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { nodeCodec } from './adapters/codec.ts';
import { buildExcludes } from './adapters/excludes.ts';
import { below, realOf } from './adapters/folder-relation.ts';
import { openFolders } from './adapters/folders.ts';
import { openLockFile } from './adapters/fs/lock-file.ts';
import { openStateFiles } from './adapters/fs/state-files.ts';
import { openMachine } from './adapters/machine.ts';
import { systemClock, systemIds } from './adapters/system.ts';
import { openWorkspaceFiles } from './adapters/workspace-files.ts';
import type { Config } from './core/config/config.ts';
import { ok, SyncError } from './core/errors.ts';
import type { SetupInput } from './core/setup/setup-input.ts';
import type { Identity, LockFile, Log, StateFiles } from './engine/ports.ts';
import type { RemoteSide, SetupParts } from './engine/setup/setup-ports.ts';
import { wireCheckup } from './wire-checkup.ts';
import { type AccessKeys, identityOf, wireRemote } from './wire-datastore.ts';
import { holdFolder, outlasting } from './wire-held-folder.ts';
import { isSameBucket, presentOf, swampOf, targetOf } from './wire-setup-config.ts';
import { openSetupState } from './wire-unfinished.ts';

export interface SetupRequest {
  /** Absolute. */
  readonly workspace: string;
  /** What is set up now; null: nothing. */
  readonly from: Config | null;
  readonly input: SetupInput;
  readonly tool: Identity['tool'];
  readonly log: Log;
  /** The AWS chain otherwise. */
  readonly credentials?: AccessKeys | undefined;
  /** For what is set up now; the AWS chain otherwise. */
  readonly fromCredentials?: AccessKeys | undefined;
  /** Told who has the lock of a folder that files move from or to, each time that is another; the log otherwise. */
  readonly onWait?: ((who: string) => void) | undefined;
}

/** Builds what a set-up stands on. Contacts nobody yet, and changes nothing. SyncError('usage') names each input that will not do. */
export async function wireSetup(request: SetupRequest): Promise<SetupParts> {
  const { input, tool, log } = request;
  const workspace = realpathSync.native(request.workspace);
  const from = request.from ?? (await swampOf(workspace));
  const to = await targetOf(workspace, from, input);
  const state = openSetupState(workspace);
  const folderOf = namedIn(request.workspace, workspace);
  return {
    from,
    to,
    // As whoever asks for it has read it: by the workspace's given name.
    present: async () => (await presentOf(request.workspace, from)) ?? swampOf(workspace),
    written: {
      root: to.root,
      path: writtenPath(input, workspace, folderOf(to)),
      region: input.type === 's3' && input.region !== undefined,
      isSameBucket: isSameBucket(from, to),
    },
    folderOf,
    skipFor: buildExcludes,
    openRemote: (config, own, onlyLooks) =>
      openRemote({ ...request, workspace, config, state: own ? state : null, onlyLooks }),
    holdFolder: (config, how) => holdFolder({ ...request, workspace, folder: folderOf(config), config }, how),
    openState: (config) => openStateFiles(folderOf(config)),
    files: openWorkspaceFiles(workspace),
    folders: openFolders({
      roots: rootsOf([from, to], workspace, folderOf),
      run: runOf(workspace),
      clock: systemClock,
      log,
    }),
    machine: openMachine(process.env, systemClock),
    state,
    lockFile: lockIn(state),
    identity: identityOf(workspace, tool),
    clock: systemClock,
    ids: systemIds,
    codec: nodeCodec,
    log,
  };
}

type FolderOf = SetupParts['folderOf'];

/** The workspace may be reached through links (`given`): what was named in it then is named in the real one. */
function namedIn(given: string, workspace: string): FolderOf {
  const inside = (folder: string): string => {
    const named = below(folder, given) ?? below(above(folder), workspace);
    return path.resolve(workspace, named ?? folder);
  };
  return ({ backend, root }) =>
    backend.type === 'filesystem' ? inside(path.resolve(backend.path)) : path.join(workspace, ...root.split('/'));
}

/** The same for each run of a workspace's set-ups: it names what they stage. */
const runOf = (workspace: string): string =>
  `setup-${createHash('sha256').update(path.join(workspace, '.datastore.yaml')).digest('hex').slice(0, 32)}`;

const rootsOf = (configs: readonly (Config | null)[], workspace: string, folderOf: FolderOf) =>
  new Map(
    configs.flatMap((config) =>
      config?.backend.type === 's3' ? [[folderOf(config), { workspace, root: config.root }] as const] : [],
    ),
  );

type RemoteRequest = Omit<SetupRequest, 'from' | 'input' | 'onWait'> & {
  readonly config: Config;
  /** The records of this set-up; null: those of the root, which is that of before. */
  readonly state: StateFiles | null;
  readonly onlyLooks: boolean;
};

async function openRemote({ config, state, tool, onlyLooks, ...request }: RemoteRequest): Promise<RemoteSide> {
  const { workspace, log } = request;
  const credentials = state === null ? request.fromCredentials : request.credentials;
  const shared = { workspace, log, credentials };
  const patient = { ...config, lock: { ...config.lock, waitMs: outlasting(config.lock.waitMs) } };
  const checkup = await wireCheckup({ ...shared, config: ok(config) });
  const { s3 } = checkup;
  if (s3 === null) throw new SyncError('failed', 'A folder has no remote.', 'Report this defect.');
  const { datastore } = await wireRemote({
    ...shared,
    config: patient,
    tool,
    onlyLooks,
    ...(state === null ? {} : { state }),
  });
  return {
    store: s3.store,
    bucket: s3.bucket,
    datastore,
    async close() {
      checkup.close();
      await datastore.close();
    },
  };
}

/** The folder as it is named where it really lies: a link to it is no link on the way. */
const above = (folder: string): string => path.join(realOf(path.dirname(folder)), path.basename(folder));

function writtenPath(input: SetupInput, workspace: string, folder: string): string {
  if (input.type === 'filesystem' && input.path.startsWith('~')) return input.path;
  return below(folder, workspace) ?? folder;
}

/** One set-up of a workspace at a time. */
function lockIn({ folder }: StateFiles): LockFile {
  const file = openLockFile(path.join(folder, 'lock'));
  return {
    ...file,
    create(content) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return file.create(content);
    },
  };
}
