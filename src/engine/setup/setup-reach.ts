import { SyncError } from '../../core/errors.ts';
import { bytesText } from '../../core/quantities.ts';
import { type ReachedThing, reachProblem } from '../../core/setup/reach-problem.ts';
import { requireEmpty } from '../cycle/writing.ts';
import type { RootState } from '../ports.ts';
import { asSyncError } from '../remote/store-error.ts';
import type { RemoteSide, SetupParts } from './setup-ports.ts';
import type { Work } from './setup-work.ts';

/** The target, and room for what is to go there. */
export async function reach(work: Work): Promise<void> {
  const { target, remote, parts, options, source } = work;
  const { dryRun, signal } = options;
  if (remote !== null) {
    await usableFolder(target.folder, parts);
    work.generation = await reachRemote(remote, parts, work.tell, dryRun, signal);
    return;
  }
  const from = source?.folder ?? target.folder;
  const moves = from !== target.folder && (await parts.folders.open(from).state()).kind === 'folder';
  const bytes = moves ? sizeOf((await parts.folders.open(from).walk(parts.skipFor(parts.to), signal)).files) : 0;
  await reachFolder(target.folder, bytes, parts, work.tell, dryRun);
}

const sizeOf = (files: ReadonlyMap<string, { readonly size: number }>): number =>
  [...files.values()].reduce((sum, { size }) => sum + size, 0);

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
  const free = await machine.freeBytes(folder);
  if (free < bytes) {
    throw new SyncError(
      'local',
      `${folder} has ${bytesText(free)} free, and ${bytesText(bytes)} are to go there`,
      'Free some space, or name another folder; then run this again.',
    );
  }
  tell(`${folder} ${state.kind === 'missing' ? 'can be made' : 'can be written'}, ${bytesText(free)} free`);
}
