import type { Clock, HashedFile, LocalFiles, Log } from '../../../engine/ports.ts';
import { AT_WORK, type Crew, openCrew } from './crew.ts';
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
const BATCH = { files: 128, bytes: 1 << 20 };

/**
 * `LocalFiles.readWhole` by threads. A file takes nine short calls of the system: through the thread pool each is a trip of its own, and on
 * the thread of the caller a slow disk would stop everything else.
 */
export function openReadingThreads(place: Place, clock: Clock, log: Log): LocalFiles['readWhole'] {
  let crew: Promise<Crew<Question, Answer>> | null = null;

  /** Most cycles read little, and load nothing of this. */
  async function openReaders(): Promise<Crew<Question, Answer>> {
    const { startReadingThread } = await import('./start-reading-thread.ts');
    return openCrew(() => startReadingThread(place), clock);
  }

  return async (files, { keeps, onRead, signal }) => {
    const small = files.filter(({ size }) => size <= WHOLE_BYTES);
    if (small.length < WORTH_A_THREAD) return;
    crew ??= openReaders();
    const readers = await crew;
    const batches = inBatches(small);

    async function read(): Promise<void> {
      for (let next = batches.next(); next.done !== true; next = batches.next()) {
        signal?.throwIfAborted();
        const batch = next.value;
        const answer = await readers.ask({ paths: batch.map(({ path }) => path), keeps: keeps() });
        for (const [index, { path }] of batch.entries()) {
          const file = answer[index];
          if (file) onRead(path, file);
        }
      }
    }

    signal?.addEventListener('abort', readers.dismiss);
    const ended = await Promise.allSettled(Array.from({ length: AT_WORK }, read));
    signal?.removeEventListener('abort', readers.dismiss);
    signal?.throwIfAborted();
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed) log.info(`Small files are read one by one: ${String(failed.reason)}.`);
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
