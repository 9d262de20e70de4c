import { type Problem, SyncError } from '../../core/errors.ts';
import { bytesText } from '../../core/quantities.ts';
import { type SetupStepKind, stepText } from '../../core/setup/setup-plan.ts';
import { asSyncError } from '../remote/store-error.ts';
import { heldParts } from './held-parts.ts';
import { HeldConflicts } from './migrate.ts';
import { beginSetup } from './setup-begin.ts';
import { guardSetup } from './setup-guard.ts';
import { assertFolders, holdFolders, letGo } from './setup-hold.ts';
import { openLook } from './setup-look.ts';
import type { SetupParts } from './setup-ports.ts';
import { forgetSetup, writeRecord } from './setup-record.ts';
import { performStep } from './setup-steps.ts';
import type { SetupOptions, Work } from './setup-work.ts';

export interface SetupLine {
  readonly kind: SetupStepKind;
  readonly text: string;
}

export interface SetupReport {
  readonly dryRun: boolean;
  /** What was planned, in words. */
  readonly steps: readonly SetupLine[];
  /** What was found right, and done. */
  readonly done: readonly SetupLine[];
  /** At the target, and verified there. */
  readonly files: number;
  readonly bytes: number;
  /** Paths that wait for a person. */
  readonly conflicts: readonly string[];
  /** Paths that the target does not take: they stay where they are. */
  readonly problems: readonly Problem[];
  /** Why it stopped at conflicts before anything was configured. */
  readonly stopped: { readonly message: string; readonly remedy: string } | null;
  readonly notes: readonly string[];
}

/** `details` of a set-up's SyncError. */
export interface SetupFailure {
  readonly done: readonly SetupLine[];
  /** How far the transfer under way came; null: there was none. */
  readonly reached: string | null;
  /** What stays behind, and is used again by the next run. */
  readonly left: readonly string[];
  readonly isConfigured: boolean;
  readonly details: unknown;
}

/**
 * From what is set up to what shall be, step by step. The configuration is written after everything was verified; whatever fails before
 * leaves it as it was, and the next run goes on. Rejects with SyncError; its details are a SetupFailure.
 */
export async function runSetup(parts: SetupParts, options: SetupOptions): Promise<SetupReport> {
  if (options.dryRun) return goThrough(parts, options, async () => {});
  const guard = await guardSetup(parts, options);
  try {
    return await goThrough(parts, options, () => guard.assertHeld());
  } finally {
    await guard.release();
  }
}

async function goThrough(
  given: SetupParts,
  options: SetupOptions,
  assertGuard: () => Promise<void>,
): Promise<SetupReport> {
  let begun: Work | null = null;
  const assertHeld = async () => {
    await assertGuard();
    if (begun !== null) await assertFolders(begun);
  };
  const parts = heldParts(given, assertHeld, options.signal);
  const done: SetupLine[] = [];
  let at: SetupStepKind = 'reach';
  const { work, steps } = await beginSetup(parts, options, (text, kind = at) => {
    done.push({ kind, text });
    options.onTold?.(kind, text);
  });
  begun = work;
  const look = openLook(work);
  let stopped: HeldConflicts | null = null;
  try {
    for (const [index, step] of steps.entries()) {
      at = step.kind;
      work.options.signal?.throwIfAborted();
      await assertHeld();
      options.onStep?.(step);
      if (options.dryRun) {
        await look(step);
        continue;
      }
      if (!BEFORE.has(step.kind)) {
        await writeRecord(parts.state, work.record);
        await work.note.begin({ number: index + 1, of: steps.length, text: stepText(step) }, work.record);
        await holdFolders(work, step.kind === 'clean-up');
      }
      work.progress = null;
      await performStep(work, step);
    }
    await work.note.settled();
    if (!options.dryRun) await forgetSetup(parts.state);
  } catch (error) {
    await work.note.keep();
    if (!(error instanceof HeldConflicts))
      throw explained(work, work.stop.signal.aborted ? work.stop.signal.reason : error, done);
    stopped = error;
  } finally {
    await tidyUp(work);
  }
  return {
    dryRun: options.dryRun,
    steps: steps.map((step) => ({ kind: step.kind, text: stepText(step) })),
    done,
    ...work.reached,
    conflicts: stopped?.paths ?? work.conflicts,
    problems: work.problems,
    stopped: stopped && { message: stopped.message, remedy: stopped.remedy },
    notes: work.notes,
  };
}

/** Whoever stopped it knows nothing of how far it came. */
const goesOnText = (isConfigured: boolean): string =>
  isConfigured
    ? 'The configuration is written; run the same command again to finish.'
    : 'The configuration is as it was; run the same command again to go on.';

/** Steps that nothing remembers. */
const BEFORE: ReadonlySet<SetupStepKind> = new Set(['reach', 'probe']);

async function tidyUp(work: Work): Promise<void> {
  const { parts, options, source, target, remote, old } = work;
  await letGo(work).catch((error: unknown) => parts.log.warn(String(error)));
  // What is staged may be of a set-up at work, which a dry run does not wait for.
  const tidy = options.dryRun ? 'untouch' : 'tidy';
  for (const folder of new Set([target.folder, source?.folder ?? target.folder])) {
    // Litter is no reason to hide what happened.
    await parts.folders[tidy](folder).catch((error: unknown) => parts.log.warn(String(error)));
  }
  await remote?.close();
  await old?.close();
}

function explained(work: Work, error: unknown, done: readonly SetupLine[]): SyncError {
  const { progress, left, isConfigured, remote, target } = work;
  const { kind, message, details, ...said } = asSyncError(error, remote?.store.name ?? target.folder);
  const remedy = kind === 'cancelled' ? goesOnText(isConfigured) : said.remedy;
  const failure: SetupFailure = {
    done,
    reached:
      progress === null || progress.totalFiles === 0
        ? null
        : `${progress.files} of ${progress.totalFiles} files, ${bytesText(progress.bytes)} of ${bytesText(progress.totalBytes)}`,
    left: [...left],
    isConfigured,
    details: details ?? null,
  };
  return new SyncError(kind, message, remedy, { cause: error, details: failure });
}
