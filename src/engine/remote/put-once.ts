import { SyncError } from '../../core/errors.ts';
import { CAPS } from '../../core/format/records.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { readAll } from './read-object.ts';
import { storeErrorKind } from './store-error.ts';

/**
 * Creates an immutable object. Where one is there already (an earlier attempt of ours), its content decides: the same is as
 * good as written, anything else is SyncError('corrupt').
 */
export async function putOnce(
  store: ObjectStore,
  codec: Codec,
  key: string,
  bytes: Uint8Array,
  signal: AbortSignal,
  isSame?: (found: Uint8Array) => Promise<boolean>,
  sha256 = codec.sha256(bytes),
): Promise<void> {
  try {
    await store.put(key, bytes, { condition: { kind: 'absent' }, sha256, signal });
  } catch (error) {
    if (storeErrorKind(error) !== 'precondition') throw error;
    if (!isSame && (await store.head(key, { signal })).sha256 === sha256) return;
    const found = await store.get(key, { signal });
    const there = found.kind === 'found' ? await readAll(found.body, CAPS.shard + 1) : new Uint8Array();
    const same = codec.sha256(there) === sha256 || (await isSame?.(there)) === true;
    if (same) return;
    throw new SyncError(
      'corrupt',
      `${store.name}: ${key} is there with other bytes`,
      'Nothing was committed. Look at the bucket.',
    );
  }
}
