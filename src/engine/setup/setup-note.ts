import type { SetupFlags } from '../../core/setup/setup-command.ts';
import type { UnfinishedSetup } from '../../core/setup/unfinished.ts';
import type { Progress } from '../../core/status/sync-report.ts';
import type { Clock, Log, StateFiles } from '../ports.ts';

/* How far a set-up has come, beside its record: small, for everything that shows it reads it. Nothing is decided by it. */

const NAME = 'setup-note.json';
const BETWEEN_MS = 5000;

/** Null when no set-up is under way, or that cannot be read. */
export async function readNote(state: Pick<StateFiles, 'read'>): Promise<UnfinishedSetup | null> {
  const bytes = await state.read(NAME);
  if (bytes === null) return null;
  try {
    const { format, ...note } = JSON.parse(new TextDecoder().decode(bytes)) as UnfinishedSetup & { format: number };
    return format === 1 ? note : null;
  } catch {
    return null;
  }
}

export const removeNote = (state: StateFiles): Promise<void> => state.remove(NAME);

export interface SetupNote {
  /** Durable when it resolves. */
  begin(step: UnfinishedSetup['step'], record: Omit<UnfinishedSetup, 'flags' | 'step' | 'files'>): Promise<void>;
  /** Kept from time to time; what cannot be is logged. */
  progress(progress: Progress): void;
  /** What was told last of a transfer in this step; null: nothing. */
  latest(): Progress | null;
  /** Keeps the latest that was told of a transfer. Never rejects. */
  keep(): Promise<void>;
  /** Nothing is being written any more. Never rejects. */
  settled(): Promise<void>;
}

export function openNote(
  { state, clock, log }: { readonly state: StateFiles; readonly clock: Clock; readonly log: Log },
  { skipMigration, deleteSource }: SetupFlags,
): SetupNote {
  const flags = { skipMigration, deleteSource };
  let note: UnfinishedSetup | null = null;
  let latest: Progress | null = null;
  let writtenAt = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    writtenAt = clock.monotonic();
    await state.write(NAME, new TextEncoder().encode(`${JSON.stringify({ format: 1, ...note })}\n`));
  };
  const writeNext = (): Promise<void> => {
    writing = writing.then(write).catch((error: unknown) => log.warn(String(error)));
    return writing;
  };
  return {
    async begin(step, { from, to, startedAt }) {
      await writing;
      latest = null;
      note = { from, to, flags, startedAt, step, files: null };
      await write();
    },
    progress(progress) {
      const { files, totalFiles } = progress;
      if (note === null || totalFiles === 0) return;
      latest = progress;
      note = { ...note, files: { done: files, total: totalFiles } };
      if (clock.monotonic() - writtenAt < BETWEEN_MS) return;
      writtenAt = clock.monotonic();
      void writeNext();
    },
    latest: () => latest,
    keep: () => (note === null || note.files === null ? writing : writeNext()),
    settled: () => writing,
  };
}
