import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { nodeCodec } from './adapters/codec.ts';
import { readConfig } from './adapters/config-files.ts';
import { buildExcludes } from './adapters/excludes.ts';
import { FOLDER_LOCK } from './adapters/folder-contents.ts';
import { below, realOf } from './adapters/folder-relation.ts';
import { openFolders } from './adapters/folders.ts';
import { openLockFile } from './adapters/fs/lock-file.ts';
import { openStateFiles } from './adapters/fs/state-files.ts';
import { openMachine } from './adapters/machine.ts';
import { systemClock, systemIds } from './adapters/system.ts';
import { openWorkspaceFiles } from './adapters/workspace-files.ts';
import type { Config } from './core/config/config.ts';
import { configProblemText } from './core/config/config-problem.ts';
import { ok, SyncError } from './core/errors.ts';
import type { LeaseHolder } from './core/format/lease-holder.ts';
import { type SetupInput, setupUrl } from './core/setup/setup-input.ts';
import type { Identity, LockFile, Log, StateFiles } from './engine/ports.ts';
import { GUARD_TTL_MS } from './engine/root/root-guard.ts';
import { holdInPlace, holdRoot } from './engine/setup/held-folder.ts';
import type { RemoteSide, SetupParts } from './engine/setup/setup-ports.ts';
import { wireCheckup } from './wire-checkup.ts';
import { type AccessKeys, identityOf, wireDatastore, wireRemote } from './wire-datastore.ts';
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
  // The workspace may be reached through links: what was named in it then is named in the real one.
  const inside = (folder: string): string => {
    const named = below(folder, request.workspace) ?? below(above(folder), workspace);
    return path.resolve(workspace, named ?? folder);
  };
  const folderOf = ({ backend, root }: Config): string =>
    backend.type === 'filesystem' ? inside(path.resolve(backend.path)) : path.join(workspace, ...root.split('/'));

  const roots = new Map(
    [from, to].flatMap((config) =>
      config?.backend.type === 's3' ? [[folderOf(config), { workspace, root: config.root }] as const] : [],
    ),
  );

  async function openRemote(config: Config, own: boolean): Promise<RemoteSide> {
    // As long as the lock of a process that is gone stands.
    const waitMs = Math.max(config.lock.waitMs, GUARD_TTL_MS * 1.2);
    const patient = { ...config, lock: { ...config.lock, waitMs } };
    const shared = { workspace, log, credentials: own ? request.credentials : request.fromCredentials };
    const checkup = await wireCheckup({ ...shared, config: ok(config) });
    const { s3 } = checkup;
    if (s3 === null) throw new SyncError('failed', 'A folder has no remote.', 'Report this defect.');
    const { datastore } = await wireRemote({ ...shared, config: patient, tool, ...(own ? { state } : {}) });
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

  return {
    from,
    to,
    written: {
      root: to.root,
      path: writtenPath(input, workspace, folderOf(to)),
      region: input.type === 's3' && input.region !== undefined,
      isSameBucket: isSameBucket(from, to),
    },
    folderOf,
    skipFor: buildExcludes,
    openRemote,
    async holdFolder(config, { waits, signal }) {
      const folder = folderOf(config);
      const waitMs = waits ? config.lock.waitMs : 0;
      const onWait = sayOnce(request.onWait ?? ((who) => log.warn(`waiting: ${who}`)), folder);
      const options = { purpose: 'setup', waitMs, onWait, ...(signal === undefined ? {} : { signal }) };
      if (config.backend.type === 's3') {
        const lockIn = (at: string) => openLockFile(path.join(at, '.datastore-staging', 'lock'));
        const shared = { clock: systemClock, ids: systemIds, identity: identityOf(workspace, tool), log };
        return holdRoot(
          { ...shared, folder, lockIn },
          { ...options, waitMs: waits ? Math.max(waitMs, GUARD_TTL_MS * 1.2) : 0 },
        );
      }
      const lockIn = (at: string) => openLockFile(path.join(at, FOLDER_LOCK), { shared: true });
      const { datastore } = await wireDatastore({ workspace, config, tool, log });
      return holdInPlace({ folder, lockIn, clock: systemClock }, datastore, options);
    },
    openState: (config) => openStateFiles(folderOf(config)),
    files: openWorkspaceFiles(workspace),
    folders: openFolders({
      roots,
      run: `setup-${createHash('sha256').update(path.join(workspace, '.datastore.yaml')).digest('hex').slice(0, 32)}`,
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

/** Read as every configuration is, with the input as a URL over the file: what else the file says of the workspace stays true. */
async function targetOf(workspace: string, from: Config | null, input: SetupInput): Promise<Config> {
  const url = setupUrl(input, from);
  if (!url.ok) {
    const said = url.problem.map(({ field, message }) => `${field}: ${message}`).join('\n');
    throw new SyncError('usage', said, 'Correct that and try again.');
  }
  const read = await readAs(workspace, 'setup', url.value);
  if (!read.ok) {
    throw new SyncError('config', read.problem.map(configProblemText).join('\n'), 'Correct that and try again.', {
      details: { problems: read.problem },
    });
  }
  const { value } = read;
  if (!isSameBucket(from, value) || value.backend.type !== 's3' || from?.backend.type !== 's3') return value;
  const { forcePathStyle, encryption } = from.backend;
  return {
    ...value,
    backend: { ...value.backend, forcePathStyle, ...(encryption === undefined ? {} : { encryption }) },
  };
}

/** A file that names no datastore yet hides the default: its files come along all the same. */
async function swampOf(workspace: string): Promise<Config | null> {
  const folder = path.join(workspace, '.swamp');
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  const read = await readAs(workspace, 'default', `filesystem:${folder}`);
  return read.ok ? read.value : null;
}

/** The configuration with this datastore, whatever the variables name: that is where files come from. */
const readAs = (workspace: string, source: string, url: string) =>
  readConfig({
    workspace,
    env: { ...process.env, DATASTORE_URL: undefined, SWAMP_DATASTORE: undefined },
    url: { source, url },
  });

function isSameBucket(from: Config | null, to: Config): boolean {
  const [a, b] = [from?.backend, to.backend];
  return a?.type === 's3' && b.type === 's3' && a.bucket === b.bucket && a.endpoint === b.endpoint;
}

/** The folder as it is named where it really lies: a link to it is no link on the way. */
const above = (folder: string): string => path.join(realOf(path.dirname(folder)), path.basename(folder));

function writtenPath(input: SetupInput, workspace: string, folder: string): string {
  if (input.type === 'filesystem' && input.path.startsWith('~')) return input.path;
  return below(folder, workspace) ?? folder;
}

/** Who is waited for, each time that is another. */
function sayOnce(say: (who: string) => void, folder: string): (holder: LeaseHolder) => void {
  let said: string | null = null;
  return (by) => {
    if (by.nonce === said) return;
    said = by.nonce;
    const { tool, holder, pid, hostname, purpose } = by;
    const what = purpose === null ? '' : `: ${purpose}`;
    say(`${tool ?? holder}, process ${pid} on ${hostname}${what}, has the lock of ${folder}`);
  };
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
