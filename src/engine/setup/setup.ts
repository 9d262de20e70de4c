import type { Problem } from '../../core/errors.ts';
import { type SetupStep, type SetupStepKind, stepText } from '../../core/setup/setup-plan.ts';
import { HeldConflicts } from './held-conflicts.ts';
import { heldParts } from './held-parts.ts';
import { beginSetup } from './setup-begin.ts';
import { type SetupLine, setupError } from './setup-failure.ts';
import { guardSetup, requireUnchanged } from './setup-guard.ts';
import { openLook } from './setup-look.ts';
import type { SetupParts } from './setup-ports.ts';
import { forgetSetup } from './setup-record.ts';
import { performStep } from './setup-steps.ts';
import type { SetupOptions, Work } from './setup-work.ts';

export interface SetupReport {
  readonly dryRun: boolean;
  /** A run of before has begun it: what that brought is used again. */
  readonly isResumed: boolean;
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

/**
 * From what is set up to what shall be, step by step. The configuration is written after everything was verified; whatever fails before
 * leaves it as it was, and the next run goes on. Rejects with SyncError; its details are a SetupFailure.
 */
export async function runSetup(parts: SetupParts, options: SetupOptions): Promise<SetupReport> {
  if (options.dryRun) return goThrough(parts, options, async () => {});
  const guard = await guardSetup(parts, options);
  try {
    await requireUnchanged(parts);
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
    await begun?.locks.assertHeld();
  };
  const parts = heldParts(given, assertHeld, options.signal);
  const done: SetupLine[] = [];
  let at: SetupStepKind = 'reach';
  const { work, steps } = await beginSetup(parts, options, (text, kind = at) => {
    done.push({ kind, text });
    options.onTold?.(kind, text);
  });
  begun = work;
  const perform = options.dryRun ? openLook(work) : performing(work, steps);
  let stopped: HeldConflicts | null = null;
  try {
    for (const step of steps) {
      at = step.kind;
      work.options.signal?.throwIfAborted();
      await assertHeld();
      options.onStep?.(step);
      await perform(step);
    }
    await end(work);
  } catch (error) {
    await work.note.keep();
    const { lost } = work.locks;
    if (!(error instanceof HeldConflicts))
      throw setupError(work, lost.aborted ? lost.reason : error, { done, todo: todoOf(steps, at) });
    stopped = error;
  } finally {
    await tidyUp(work);
  }
  return reportOf(work, steps, done, stopped);
}

const linesOf = (steps: readonly SetupStep[]): readonly SetupLine[] =>
  steps.map((step) => ({ kind: step.kind, text: stepText(step) }));

/** From the step that was begun last. */
const todoOf = (steps: readonly SetupStep[], at: SetupStepKind): readonly SetupLine[] =>
  linesOf(steps.slice(steps.findIndex(({ kind }) => kind === at)));

/** Steps that nothing remembers. */
const BEFORE: ReadonlySet<SetupStepKind> = new Set(['reach', 'probe']);

/** Each step after what the next run has to know of it is durable, and with the locks that it needs. */
function performing(work: Work, steps: readonly SetupStep[]): (step: SetupStep) => Promise<void> {
  return async (step) => {
    if (!BEFORE.has(step.kind)) {
      await work.record.write();
      const number = steps.indexOf(step) + 1;
      await work.note.begin({ number, of: steps.length, text: stepText(step) }, work.record.now());
      await work.locks.hold(step.kind === 'clean-up');
    }
    await performStep(work, step);
  };
}

async function end({ options, note, parts }: Work): Promise<void> {
  if (options.dryRun) return;
  await note.settled();
  await forgetSetup(parts.state);
}

async function tidyUp(work: Work): Promise<void> {
  const { parts, options, source, target, remote, old } = work;
  await work.locks.release().catch((error: unknown) => parts.log.warn(String(error)));
  // A dry run has staged nothing: what is there may be of a set-up at work.
  const folders = options.dryRun ? [] : [target.folder, source?.folder ?? target.folder];
  for (const folder of new Set(folders)) {
    // Litter is no reason to hide what happened.
    await parts.folders.tidy(folder).catch((error: unknown) => parts.log.warn(String(error)));
  }
  await remote?.close();
  await old?.close();
}

function reportOf(
  { options, found, notes, isResumed }: Work,
  steps: readonly SetupStep[],
  done: readonly SetupLine[],
  stopped: HeldConflicts | null,
): SetupReport {
  return {
    dryRun: options.dryRun,
    isResumed,
    steps: linesOf(steps),
    done,
    ...found.reached,
    conflicts: stopped?.paths ?? found.conflicts,
    problems: found.problems,
    stopped: stopped && { message: stopped.message, remedy: stopped.remedy },
    notes,
  };
}
