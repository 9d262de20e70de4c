import { type Problem, SyncError } from '../../core/errors.ts';
import type { UndoStep } from '../../core/plan/undo-plan.ts';
import { bytesOf } from '../contents/bytes-of.ts';
import { type KeepCopyParts, keepCopy } from '../cycle/keep-copy.ts';
import type { ApplyAnswer, LocalFiles, StagedFile } from '../ports.ts';

export interface BringBackParts extends KeepCopyParts {
  readonly files: LocalFiles;
  /** The run that is taken back. */
  readonly undoes: string;
  readonly signal?: AbortSignal | undefined;
}

const BATCH_FILES = 200;
const BATCH_BYTES = 64 << 20;

interface Ready {
  readonly step: UndoStep;
  /** Null: the path becomes absent. */
  readonly file: StagedFile | null;
}

/**
 * Copies kept versions into staging, checks them by hash, and puts them in place as a download is: what is there goes aside, and
 * can be had back in turn. The kept version stays where it is until its time is over.
 */
export async function bringBack(
  parts: BringBackParts,
  steps: readonly UndoStep[],
): Promise<{ readonly undone: readonly UndoStep[]; readonly left: readonly Problem[] }> {
  const { files, undoes, signal } = parts;
  const undone: UndoStep[] = [];
  const left: Problem[] = [];
  for (const batch of batches(steps)) {
    const ready: Ready[] = [];
    for (const step of batch) {
      signal?.throwIfAborted();
      const staged = step.kept === null ? null : await stageKept(step, step.kept);
      if (typeof staged === 'string') left.push({ path: step.path, reason: staged });
      else ready.push({ step, file: staged });
    }
    await files.intend(
      ready.map(({ step: { path, now }, file }) => ({
        path,
        expected: now?.sha256 ?? null,
        becomes: file?.sha256 ?? null,
        undoes,
      })),
    );
    try {
      for (const one of ready) {
        signal?.throwIfAborted();
        await settle(one, await putInPlace(one));
      }
    } finally {
      await files.flush();
    }
  }
  return { undone, left };

  async function stageKept({ was }: UndoStep, name: string): Promise<StagedFile | string> {
    try {
      const kept = await files.openAside(name);
      try {
        const { mtime, exec } = kept.stamp;
        const staged = await files.stage(bytesOf(kept), { mtime, exec, mode: kept.mode, signal });
        if (was.includes(staged.sha256)) return staged;
        await files.discard(staged);
        return 'the kept version was written to since; a later sync brings it as a conflict copy';
      } finally {
        await kept.close();
      }
    } catch (error) {
      if (error instanceof SyncError && error.kind === 'local') return error.message;
      throw error;
    }
  }

  async function putInPlace({ step: { path, now }, file }: Ready): Promise<ApplyAnswer> {
    if (file === null) return now === null ? { kind: 'moved' } : files.remove(path, now.stamp);
    const answer = await files.install(file, path, now?.stamp ?? null);
    if (answer.kind !== 'done') await files.discard(file);
    return answer;
  }

  async function settle({ step }: Ready, answer: ApplyAnswer): Promise<void> {
    const { path, now } = step;
    if (answer.kind === 'refused') return void left.push({ path, reason: answer.reason });
    if (answer.kind === 'moved') {
      left.push(
        answer.aside === undefined
          ? { path, reason: 'it changed meanwhile' }
          : await keepCopy(parts, path, answer.aside),
      );
      return;
    }
    undone.push(step);
    // A program may have written through a handle it held.
    if (answer.aside !== null && (await files.hashAside(answer.aside)) !== now?.sha256)
      left.push(await keepCopy(parts, path, answer.aside));
  }
}

/** Bounded in files and bytes, for they wait in staging. */
function* batches(steps: readonly UndoStep[]): Iterable<readonly UndoStep[]> {
  let batch: UndoStep[] = [];
  let bytes = 0;
  for (const step of steps) {
    batch.push(step);
    bytes += step.size;
    if (batch.length < BATCH_FILES && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
