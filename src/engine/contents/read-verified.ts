import { SyncError } from '../../core/errors.ts';
import type { Entry } from '../../core/format/tree.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { readSlices } from './download.ts';

/** The committed content of one file, in order. SyncError('corrupt') at the end when length or hash do not match: then nothing of it counts. */
export async function* readVerified(
  store: ObjectStore,
  codec: Codec,
  entry: Entry,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  const hasher = codec.hasher();
  let size = 0;
  for await (const bytes of readSlices(store, codec, entry, signal)) {
    size += bytes.byteLength;
    hasher.update(bytes);
    yield bytes;
  }
  if (size !== entry.size || hasher.digest() !== entry.sha256) {
    throw new SyncError(
      'corrupt',
      `${entry.path}: the bytes on the remote do not match their hash`,
      'Restore the object, or push the file again from a workspace that has it.',
    );
  }
}
