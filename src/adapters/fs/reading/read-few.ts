import type { Clock, LocalFiles } from '../../../engine/ports.ts';
import { openBreath } from '../breath.ts';
import { inBatches } from './batches.ts';
import type { WholeReader } from './whole-files.ts';

/** What a file may take, in milliseconds: a disk that is asked for longer would stop whatever else this thread does. */
const SLOW_MS = 3;
/** Between two looks at the clock. */
const BATCH = { files: 4, bytes: 1 << 20 };

/** `LocalFiles.readWhole` on the thread of the caller, as long as the disk answers at once: the first file tells, and each batch after it. */
export function openReadFew(read: WholeReader, clock: Clock): LocalFiles['readWhole'] {
  return async (files, { keeps, onRead, signal }) => {
    const breathe = openBreath(clock, signal);
    for (const batch of [files.slice(0, 1), ...inBatches(files.slice(1), BATCH)]) {
      await breathe();
      const began = clock.monotonic();
      const answer = read(
        batch.map(({ path }) => path),
        keeps(),
      );
      const took = clock.monotonic() - began;
      for (const [index, { path }] of batch.entries()) {
        const file = answer[index];
        if (file) onRead(path, file);
      }
      if (took > SLOW_MS * batch.length) return;
    }
  };
}
