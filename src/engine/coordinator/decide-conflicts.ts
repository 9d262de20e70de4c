import { type Problem, SyncError } from '../../core/errors.ts';
import type { Choice } from '../../core/plan/plan.ts';
import { planChoices } from '../../core/plan/plan-part.ts';
import { plannedSteps } from '../../core/plan/plan-record.ts';
import type { Preview, SyncReport } from '../../core/status/sync-report.ts';
import type { SyncOptions } from '../datastore.ts';

/** What came of each choice: every path is in one of these, or done. */
export interface Decided {
  /** Left alone, and why. */
  readonly held: readonly Problem[];
  /** Still conflicts, of other versions than the choice names. */
  readonly moved: readonly string[];
  /** No conflicts any more before the choice was carried out. */
  readonly over: readonly string[];
}

interface Parts {
  preview(options?: SyncOptions): Promise<Preview>;
  sync(options?: SyncOptions): Promise<SyncReport>;
}

/** What moves under every look is told, not chased. */
const MAX_LOOKS = 5;

/**
 * Carries out these choices and nothing else, whatever else is pending: all that stand, also where others do not any more. Rejects
 * with SyncError, among them `veto`; then nothing was decided.
 */
export async function decideConflicts(
  parts: Parts,
  choices: readonly Choice[],
  options: Pick<SyncOptions, 'signal' | 'onProgress'> = {},
): Promise<Decided> {
  const refused = new Map<string, string>();
  for (let looks = 1; looks <= MAX_LOOKS; looks += 1) {
    const wanted = choices.filter(({ path }) => !refused.has(path));
    const { plan, basis } = await parts.preview({ ...options, choices: wanted });
    const approved = basis && planChoices({ basis, steps: plannedSteps(plan) }, wanted);
    if (approved === null || approved.steps.length === 0) break;
    try {
      const report = await parts.sync({ ...options, choices: wanted, approved, purpose: 'resolve' });
      const done = new Set<string>(approved.steps.map(({ path }) => path));
      return outcome(choices, refused, { ...report, done });
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      // What moved is named by no choice any more: the next look leaves it out.
      if (error.kind === 'moved') continue;
      const without = refusedIn(error);
      if (without.length === 0) throw error;
      for (const { path, reason } of without) refused.set(path, reason);
    }
  }
  const now = await parts.preview(options);
  return outcome(choices, refused, { conflicts: now.plan.conflicts, problems: now.held, done: new Set() });
}

interface Found extends Pick<SyncReport, 'conflicts' | 'problems'> {
  /** Of the steps that were carried out. */
  readonly done: ReadonlySet<string>;
}

function outcome(
  choices: readonly Choice[],
  refused: ReadonlyMap<string, string>,
  { conflicts, problems, done }: Found,
): Decided {
  const reasons = new Map([...problems.map(({ path, reason }) => [path, reason] as const), ...refused]);
  const open = new Set<string>(conflicts.map(({ path }) => path));
  const paths = choices.map(({ path }) => path);
  const isHeld = (path: string) => reasons.has(path);
  return {
    held: paths.flatMap((path) => (isHeld(path) ? [{ path, reason: reasons.get(path) ?? '' }] : [])),
    moved: paths.filter((path) => open.has(path) && !isHeld(path)),
    over: paths.filter((path) => !open.has(path) && !isHeld(path) && !done.has(path)),
  };
}

/** Choices that cannot be carried out without a step that nobody has chosen. */
function refusedIn({ kind, details }: SyncError): readonly Problem[] {
  if (kind !== 'usage' || typeof details !== 'object' || details === null || !('refused' in details)) return [];
  return details.refused as readonly Problem[];
}
