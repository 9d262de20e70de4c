import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import { type FileStamp, sameStamp } from '../../core/format/tree.ts';
import type { ApplyAnswer, OpenFile } from '../../engine/ports.ts';
import { type ApplyRoom, bringIn } from './apply.ts';
import { openFile } from './open-file.ts';
import type { Stager } from './staged-file.ts';

const CHUNK = 1024 * 1024;

/** `LocalFiles.duplicate`: through one handle into staging, then linked in without replacing. */
export async function duplicate(
  room: ApplyRoom,
  stager: Pick<Stager, 'stage'>,
  from: { readonly path: string; readonly expected: FileStamp },
  to: string,
): Promise<ApplyAnswer> {
  try {
    const file = await openFile(room.root, from.path);
    try {
      if (!sameStamp(file.stamp, from.expected)) return { kind: 'moved' };
      const staged = await stager.stage(bytesOf(file), { mtime: file.stamp.mtime, exec: file.stamp.exec });
      const path = join(room.area.inbox().path, staged.name);
      const after = await file.stampNow();
      const answer: ApplyAnswer =
        after !== null && sameStamp(after, from.expected) ? bringIn(room, path, to) : { kind: 'moved' };
      if (answer.kind !== 'done') rmSync(path, { force: true });
      return answer;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SyncError && error.kind === 'local') return { kind: 'refused', reason: error.message };
    throw error;
  }
}

async function* bytesOf(file: OpenFile): AsyncIterable<Uint8Array> {
  for (let offset = 0; ; ) {
    const bytes = await file.read(offset, CHUNK);
    if (bytes.length === 0) return;
    yield bytes;
    offset += bytes.length;
  }
}
