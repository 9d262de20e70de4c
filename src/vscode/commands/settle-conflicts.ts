import { type Problem, SyncError } from '../../core/errors.ts';
import { UNSAVED } from '../../core/plan/hold-colliding.ts';
import type { Choice } from '../../core/plan/plan.ts';
import { planChoices } from '../../core/plan/plan-part.ts';
import { recordPlan } from '../../core/plan/plan-record.ts';
import type { SyncReport } from '../../core/status/sync-report.ts';
import { counted, said, t } from '../l10n.ts';
import { type Task, withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import type { Chosen } from './choose-folder.ts';

type Outcome = Pick<SyncReport, 'conflicts' | 'problems'>;

/** Carries out these choices and nothing else, whatever else is pending, and names those that could not be. */
export async function settle(ui: Ui, chosen: Chosen, choices: readonly Choice[]): Promise<void> {
  const title = t('Resolving conflicts of {0}', chosen.folder.workspace.name);
  const { conflicts, problems } = await withSlowProgress(ui.host.clock, title, (task) =>
    carryOut(ui, chosen, choices, task),
  );
  const mine = new Set<string>(choices.map(({ path }) => path));
  const held = problems.filter(({ path }) => mine.has(path));
  const heldPaths = new Set(held.map(({ path }) => path));
  const moved = conflicts.filter(({ path }) => mine.has(path) && !heldPaths.has(path)).map(({ path }) => path);
  tellHeld(ui, held);
  tellMoved(ui, moved);
}

async function carryOut(ui: Ui, { running }: Chosen, choices: readonly Choice[], task: Task): Promise<Outcome> {
  const { coordinator } = running;
  const { plan, held, basis } = await coordinator.preview({ choices, signal: task.signal });
  if (basis === null) return { conflicts: plan.conflicts, problems: held };
  const approved = planChoices(recordPlan(plan, held, basis, new Date(ui.host.clock.now()).toISOString()), choices);
  if (approved.steps.length > 0) {
    try {
      return await coordinator.sync({ ...task, choices, approved, purpose: 'resolve' });
    } catch (error) {
      if (!(error instanceof SyncError) || error.kind !== 'moved') throw error;
    }
  }
  // Of all that is there now: what was looked at with choices is not on show.
  const now = await coordinator.preview({ signal: task.signal });
  return { conflicts: now.plan.conflicts, problems: held };
}

function tellHeld(ui: Ui, held: readonly Problem[]): void {
  const [first] = held;
  if (first === undefined) return;
  const reason = said(first.reason);
  const what =
    held.length === 1
      ? t('{0} could not be decided: {1}.', first.path, reason)
      : t('{0} could not be decided. {1}: {2}.', counted(held.length, '{0} file', '{0} files'), first.path, reason);
  const way = held.some((one) => one.reason === UNSAVED) ? ` ${t('Save or close it first, then decide again.')}` : '';
  ui.notices.warn(`${what}${way}`, show());
}

function tellMoved(ui: Ui, moved: readonly string[]): void {
  const [first] = moved;
  if (first === undefined) return;
  const what = moved.length === 1 ? first : counted(moved.length, '{0} file', '{0} files');
  ui.notices.warn(t('{0} changed meanwhile, so nothing was decided. Look again, and decide again.', what), show());
}

const show = () => ({ label: t('Show'), run: 'datastore.resolveConflicts' });
