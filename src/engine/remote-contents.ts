import { SyncError } from '../core/errors.ts';
import { readVerified } from './contents/read-verified.ts';
import { type CycleParts, openPrimed } from './cycle/run.ts';
import type { Datastore } from './datastore.ts';
import { findPastVersion } from './remote/past-version.ts';
import { createRemoteLog } from './remote/remote-log.ts';

/** What the remote has, for who only reads it: without lease, guard or root. */
export function openRemoteContents(
  parts: CycleParts,
): Pick<Datastore, 'contents' | 'lastContents' | 'readRemote' | 'readVersion'> {
  const { store, codec, base, register, remoteLog } = parts;
  // What was read of the past would never be dropped again.
  const past = createRemoteLog(store, codec, { kept: (sha256) => base.kept(sha256), keep: async () => {} });

  async function latest(signal: AbortSignal | undefined) {
    await openPrimed(parts);
    return (await register.read(signal)).head?.commit ?? null;
  }

  async function contents(signal?: AbortSignal) {
    const pointer = await latest(signal);
    return pointer ? (await remoteLog.view(pointer, signal)).tree : new Map();
  }

  return {
    contents,

    async lastContents(signal) {
      const { meta } = await openPrimed(parts);
      const pointer = register.known()?.head?.commit;
      if (!pointer) return null;
      const { tree } = await remoteLog.view(pointer, signal);
      return { generation: pointer.generation, files: tree, at: meta.lastSyncAt };
    },

    async *readRemote(path, signal) {
      const tree = await contents(signal);
      const entry = [...tree.values()].find((one) => one.path === path);
      if (!entry) throw new SyncError('usage', `${path} is not on the remote`, 'See `datastore ls`.');
      yield* readVerified(store, codec, entry, signal);
    },

    async *readVersion(path, sha256, signal) {
      const pointer = await latest(signal);
      const entry = pointer ? await findPastVersion(past, pointer, path, sha256, signal) : null;
      if (!entry)
        throw new SyncError('usage', `${path} has no such version on the remote any more`, 'See `datastore ls`.');
      yield* readVerified(store, codec, entry, signal);
    },
  };
}
