import type { Clock, HashedFile, LocalFiles, Log } from '../../engine/ports.ts';
import type { Thread } from './thread.ts';
import { WHOLE_BYTES } from './whole-files.ts';

/** What a thread reads below. */
export interface Place {
  readonly workspace: string;
  readonly root: string;
}

export interface Question {
  readonly paths: readonly string[];
  /** Whether the bytes are wanted, too. */
  readonly keeps: boolean;
}

/** For each path, in their order; null: it has to be opened. */
export type Answer = readonly (HashedFile | null)[];

/** Fewer are read sooner than a thread starts. */
const WORTH_A_THREAD = 512;
const MOST_THREADS = 4;
/** A disk that has not given all of it after so many milliseconds for each thread may give more to one more. */
const GROWS_AFTER = 250;
const BATCH = { files: 128, bytes: 1 << 20 };
/** One is read while the answer to the one before is on its way. */
const QUESTIONS = 2;

/**
 * `LocalFiles.readWhole` by threads, which live as long as one call. A file takes nine short calls of the system: through the thread pool
 * each is a trip of its own, and on the thread of the caller a slow disk would stop everything else.
 */
export function openReadingThreads(place: Place, clock: Clock, log: Log): LocalFiles['readWhole'] {
  return async (files, { keeps, onRead, signal }) => {
    const small = files.filter(({ size }) => size <= WHOLE_BYTES);
    if (small.length < WORTH_A_THREAD) return;
    const { startReadingThread } = await import('./start-reading-thread.ts');
    const batches = inBatches(small);
    const began = clock.monotonic();
    const threads: Thread<Question, Answer>[] = [];
    const work: Promise<void>[] = [];

    function join(): void {
      const thread = startReadingThread(place);
      threads.push(thread);
      for (let count = 0; count < QUESTIONS; count += 1) work.push(serve(thread));
    }

    async function serve(thread: Thread<Question, Answer>): Promise<void> {
      for (let next = batches.next(); next.done !== true; next = batches.next()) {
        const batch = next.value;
        const answer = await thread.ask({ paths: batch.map(({ path }) => path), keeps: keeps() });
        for (const [index, { path }] of batch.entries()) {
          const file = answer[index];
          if (file) onRead(path, file);
        }
        if (threads.length < MOST_THREADS && clock.monotonic() - began > GROWS_AFTER * threads.length) join();
      }
    }

    const stop = () => {
      for (const thread of threads) thread.stop();
    };
    signal?.addEventListener('abort', stop);
    try {
      signal?.throwIfAborted();
      join();
      // More may join while these are waited for.
      for (let index = 0; index < work.length; index += 1) await work[index];
    } catch (error) {
      signal?.throwIfAborted();
      log.info(`Small files are read one by one: ${String(error)}.`);
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
      await Promise.allSettled(work);
    }
  };
}

function* inBatches<File extends { readonly size: number }>(files: readonly File[]): Generator<readonly File[], void> {
  let batch: File[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length > 0 && (batch.length >= BATCH.files || bytes + file.size > BATCH.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}
