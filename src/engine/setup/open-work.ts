import { openFolderLocks } from './folder-locks.ts';
import { openNote } from './setup-note.ts';
import type { SetupParts } from './setup-ports.ts';
import { keepRecord, type SetupRecord } from './setup-record.ts';
import { nothingFound, type SetupOptions, type Work } from './setup-work.ts';

type Begun = Pick<Work, 'source' | 'target' | 'isResumed' | 'isConfigured' | 'notes' | 'tell'> & {
  readonly begun: SetupRecord;
};

/** A set-up at its start, or where the run before has left it. Nothing is locked yet, and nobody contacted. */
export async function openWork(
  parts: SetupParts,
  options: SetupOptions,
  { source, target, begun, isResumed, isConfigured, notes, tell }: Begun,
): Promise<Work> {
  const { to, state } = parts;
  const { signal, dryRun } = options;
  const left = new Set<string>();
  const record = keepRecord(state, begun);
  async function onMake(folder: string): Promise<void> {
    left.add(`the folder ${folder}`);
    await record.making();
  }
  const locks = openFolderLocks({ parts, source, target, signal, onMake });
  const note = openNote(parts, options);
  return {
    parts,
    options: { ...options, signal: AbortSignal.any(signal === undefined ? [locks.lost] : [locks.lost, signal]) },
    source,
    target,
    remote: to.backend.type === 's3' ? await parts.openRemote(to, true, dryRun) : null,
    old:
      source?.config.backend.type === 's3' && !isConfigured
        ? await parts.openRemote(source.config, false, dryRun)
        : null,
    record,
    locks,
    note,
    tell,
    onProgress(progress) {
      if (!dryRun) note.progress(progress);
      options.onProgress?.(progress);
    },
    found: nothingFound(),
    left,
    notes,
    isResumed,
    isConfigured,
  };
}
