import { SyncError } from '../../core/errors.ts';
import { bytesText } from '../../core/quantities.ts';
import { type ReachedThing, reachProblem } from '../../core/setup/reach-problem.ts';
import { COARSEST_STEP_MS, isSameTime } from '../../core/setup/setup-compare.ts';
import { requireEmpty } from '../cycle/writing.ts';
import type { RootState } from '../ports.ts';
import { asSyncError } from '../remote/store-error.ts';
import { withheldIn } from './copy-over.ts';
import type { RemoteSide, SetupParts } from './setup-ports.ts';
import type { Work } from './setup-work.ts';

/** The target, and room for what is to go there. */
export async function reach(work: Work): Promise<void> {
  const { target, remote, parts, options } = work;
  const { dryRun, signal } = options;
  if (remote !== null) {
    await usableFolder(target.folder, parts);
    await requireRoom(target.folder, await bytesToGo(work), parts);
    work.found.generation = await reachRemote(remote, parts, work.tell, dryRun, signal);
    return;
  }
  await reachFolder(target.folder, await bytesToGo(work), parts, work.tell, dryRun);
}

/** What is still to be copied, as far as sizes and times say it: what an earlier attempt brought has its room already. */
async function bytesToGo(work: Work): Promise<number> {
  const { source, target, parts, options } = work;
  if (source === null || source.folder === target.folder) return 0;
  const walk = async (folder: string, config = parts.to) => {
    const files = parts.folders.open(folder);
    if ((await files.state()).kind !== 'folder') return null;
    return (await files.walk(parts.skipFor(config), options.signal)).files;
  };
  const [here, there] = [await walk(source.folder, source.config), await walk(target.folder)];
  const withheld = withheldIn(work);
  let bytes = 0;
  for (const [path, file] of here ?? []) {
    const other = there?.get(path);
    const isThere = other?.size === file.size && isSameTime(other, file, COARSEST_STEP_MS);
    if (!isThere && withheld(path) === null) bytes += file.size;
  }
  return bytes;
}

/**
 * Credentials, bucket, what lies there, and each permission by doing it in a scratch key; `dryRun`: nothing is written. Tells each thing
 * that was found right, and gives the generation that is there (null: no datastore yet). SyncError of the first that is not right.
 */
async function reachRemote(
  remote: RemoteSide,
  { ids, codec, to }: SetupParts,
  tell: (text: string) => void,
  dryRun: boolean,
  signal?: AbortSignal,
): Promise<number | null> {
  const { store, bucket, datastore } = remote;
  const place = { name: store.name, profile: (to.backend.type === 's3' ? to.backend.profile : null) ?? null };
  const step = async <T>(what: ReachedThing, work: () => Promise<T>): Promise<T> => {
    try {
      signal?.throwIfAborted();
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      const { kind, message, remedy } = reachProblem(what, asSyncError(error, store.name), place);
      throw new SyncError(kind, message, remedy, { cause: error });
    }
  };
  const { from } = await step('credentials', () => bucket.credentials(signal));
  tell(`credentials from ${from}`);
  const found = await step('store', () => bucket.reach(signal));
  await step('permission to list', () => store.list('', { limit: 1, signal }));
  const { generation } = await step('permission to get', () => datastore.lease(signal));
  // What is not ours is not written to, not even for a trial.
  if (generation === null) await step('contents', () => requireEmpty(store, signal));
  const region = found.region === null ? '' : `, region ${found.region}`;
  tell(`${store.name} answers in ${found.latencyMs} ms${region}`);
  if (!dryRun) {
    const key = `probe/${ids.uuid()}`;
    const bytes = new TextEncoder().encode(`scratch ${ids.nonce()}\n`);
    await step('permission to put', () => store.put(key, bytes, { sha256: codec.sha256(bytes), signal }));
    await step('permission to get', () => requireSame(remote, key, bytes, signal));
    await step('permission to list', () => requireListed(remote, key, signal));
    await step('permission to delete', () => store.delete(key, { signal }));
    tell('put, get, list and delete work');
  }
  return generation;
}

async function requireSame({ store }: RemoteSide, key: string, bytes: Uint8Array, signal?: AbortSignal) {
  const found = await store.get(key, { signal });
  const parts: Uint8Array[] = [];
  if (found.kind === 'found') for await (const part of found.body) parts.push(part);
  const text = (from: readonly Uint8Array[]) => from.map((part) => new TextDecoder().decode(part)).join('');
  if (text(parts) !== text([bytes])) {
    throw new SyncError(
      'unsafe-store',
      `${store.name} gives other bytes than it was given`,
      'Use another store: this one would damage files.',
    );
  }
}

async function requireListed({ store }: RemoteSide, key: string, signal?: AbortSignal) {
  const page = await store.list(key, { signal });
  if (!page.objects.some((found) => found.key === key)) {
    throw new SyncError('unsafe-store', `${store.name} does not list what was put`, 'Use a consistent store.');
  }
}

/** What is known of a folder that is there or can be made. SyncError('config') of any other, e.g. of a root that is a link. */
async function usableFolder(folder: string, { folders }: Pick<SetupParts, 'folders'>): Promise<RootState> {
  const state = await folders.open(folder).state();
  if (state.kind !== 'unusable') return state;
  throw new SyncError('config', `${folder} cannot be used: ${state.reason}`, 'Name a real folder.');
}

/** A folder that is there or can be made, can be written, and has room for so many bytes. */
async function reachFolder(
  folder: string,
  bytes: number,
  { folders, machine }: SetupParts,
  tell: (text: string) => void,
  dryRun: boolean,
): Promise<void> {
  const state = await usableFolder(folder, { folders });
  if (!(await machine.isWritable(folder))) {
    throw new SyncError('local', `${folder} cannot be written`, 'Check its owner and mode, or name another folder.');
  }
  if (!dryRun) await folders.tryWriting(folder);
  const free = await requireRoom(folder, bytes, { machine });
  tell(`${folder} ${state.kind === 'missing' ? 'can be made' : 'can be written'}, ${bytesText(free)} free`);
}

/** Free bytes, which are enough: SyncError('local') otherwise. */
async function requireRoom(folder: string, bytes: number, { machine }: Pick<SetupParts, 'machine'>): Promise<number> {
  const free = await machine.freeBytes(folder);
  if (free >= bytes) return free;
  throw new SyncError(
    'local',
    `${folder} has ${bytesText(free)} free, and ${bytesText(bytes)} are to go there`,
    'Free some space, or name another folder; then run this again.',
  );
}
