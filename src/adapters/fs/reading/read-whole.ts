import type { Clock, LocalFiles, Log } from '../../../engine/ports.ts';
import type { Top } from '../guarded-path.ts';
import { hasAllMemory } from '../threads/address-space.ts';
import { AT_WORK, type Crew, openCrew } from '../threads/crew.ts';
import { inBatches } from './batches.ts';
import { openReadFew } from './read-few.ts';
import type { Answer, Place, Question } from './reader-messages.ts';
import { openWholeReader, WHOLE_BYTES } from './whole-files.ts';

type Readers = Crew<Question, Answer>;

/** Fewer are read sooner than a thread starts. */
const WORTH_A_THREAD = 512;

/**
 * `LocalFiles.readWhole`. A file takes several short calls of the system, and through the thread pool each is a trip of its own: few are
 * read on the thread of the caller, and many by threads.
 */
export function openReadWhole(
  root: Top,
  place: Place,
  clock: Clock,
  log: Log,
  open: () => Promise<Readers> = () => openReaders(place, clock),
): LocalFiles['readWhole'] {
  let opening: Promise<Readers> | null = null;
  const readFew = openReadFew(openWholeReader(root), clock);
  return async (files, reading) => {
    const { keeps, onRead, signal } = reading;
    signal?.throwIfAborted();
    const small = files.filter(({ size }) => size <= WHOLE_BYTES);
    if (small.length < WORTH_A_THREAD || !hasAllMemory()) return readFew(small, reading);
    opening ??= open();
    const readers = await opening.catch(withoutThreads);
    if (readers === null) return readFew(small, reading);
    const batches = inBatches(small);

    async function read(from: Readers): Promise<void> {
      for (let next = batches.next(); next.done !== true; next = batches.next()) {
        signal?.throwIfAborted();
        const batch = next.value;
        const answer = await from.ask({ paths: batch.map(({ path }) => path), keeps: keeps() }).catch(withoutThreads);
        for (const [index, { path }] of batch.entries()) {
          const file = answer?.[index];
          if (file && !signal?.aborted) onRead(path, file);
        }
      }
    }

    const stop = () => readers.dismiss();
    signal?.addEventListener('abort', stop);
    const ended = await Promise.allSettled(Array.from({ length: AT_WORK }, () => read(readers)));
    signal?.removeEventListener('abort', stop);
    signal?.throwIfAborted();
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  };

  function withoutThreads(error: unknown): null {
    log.debug(`Small files are not read by threads: ${String(error)}`);
    return null;
  }
}

/** Most cycles read little, and load nothing of this. */
async function openReaders(place: Place, clock: Clock): Promise<Readers> {
  const { startReader } = await import('./start-reader.ts');
  return openCrew(() => startReader(place), clock);
}
