import type { PlannedConflict, PlannedStep, PlanRecord } from '../../core/plan/plan-record.ts';
import { bytesText } from '../../core/quantities.ts';
import { directionOf } from '../../core/status/sync-status.ts';
import { counted, said, t } from '../l10n.ts';
import { CONFLICT_LOOK, conflictWords, stepLook } from './change-look.ts';
import { COLOURS, type Row } from './row.ts';

/** One file of a plan. Steps can be left out; what is held back is only shown. */
export interface PlanRow {
  readonly row: Row;
  readonly path: string;
  readonly step: PlannedStep | null;
  readonly conflict: PlannedConflict | null;
}

export interface PlanGroup {
  readonly id: 'up' | 'down' | 'conflicts' | 'held';
  readonly row: Row;
  readonly rows: readonly PlanRow[];
}

/** A plan as it is looked at before it is carried out, by what happens to the files. Empty groups are left out. */
export function planGroups({ steps, conflicts, held }: PlanRecord): readonly PlanGroup[] {
  const way = (direction: 'up' | 'down') => steps.filter(({ kind }) => directionOf(kind) === direction).map(stepRow);
  const all: readonly PlanGroup[] = [
    group('conflicts', t('Conflicts'), 'warning', conflicts.map(conflictRow)),
    group('up', t('Up'), 'arrow-up', way('up')),
    group('down', t('Down'), 'arrow-down', way('down')),
    group('held', t('Left alone'), 'info', held.map(heldRow)),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}

/** What steps come to: files and bytes each way, and deletions. */
export function stepsText(steps: readonly PlannedStep[]): string {
  const deletions = steps.filter(isDeletion).length;
  const sum = (arrow: string, some: readonly PlannedStep[]) =>
    some.length === 0
      ? ''
      : `${arrow} ${counted(some.length, '{0} file', '{0} files')}, ${bytesText(some.reduce((all, { bytes }) => all + bytes, 0))}`;
  const moving = steps.filter((step) => !isDeletion(step));
  const parts = [
    sum(
      '↑',
      moving.filter(({ kind }) => directionOf(kind) === 'up'),
    ),
    sum(
      '↓',
      moving.filter(({ kind }) => directionOf(kind) === 'down'),
    ),
    deletions === 0 ? '' : counted(deletions, '{0} deletion', '{0} deletions'),
  ].filter(Boolean);
  return parts.length === 0 ? t('Nothing is chosen.') : parts.join(' · ');
}

const isDeletion = ({ kind }: PlannedStep): boolean => kind === 'delete-local' || kind === 'delete-remote';

function group(id: PlanGroup['id'], label: string, icon: string, rows: readonly PlanRow[]): PlanGroup {
  const steps = rows.flatMap(({ step }) => step ?? []);
  const description = [String(rows.length), steps.length === 0 ? '' : stepsText(steps)].filter(Boolean).join(' · ');
  return {
    id,
    rows,
    row: {
      id,
      label,
      description,
      tooltip: `${label}: ${description}`,
      icon,
      context: `plan-${id}`,
      // The label says which way.
      spoken: `${label}, ${description.replaceAll(/[↑↓] /g, '')}`,
    },
  };
}

function stepRow(step: PlannedStep): PlanRow {
  const { path, kind, bytes, copyTo } = step;
  const reason = said(step.reason);
  const look = stepLook(kind);
  const words = look?.words ?? kind;
  const size = isDeletion(step) ? '' : bytesText(bytes);
  const copy = copyTo === undefined ? '' : t('mine as {0}', copyTo);
  const row: Row = {
    id: path,
    label: path,
    description: [size, reason, copy].filter(Boolean).join(' · '),
    tooltip: [path, words, reason, size, copy].filter(Boolean).join('\n'),
    icon: look?.icon ?? 'circle',
    colour: look?.colour ?? COLOURS.quiet,
    context: 'plan-step',
    spoken: [path, words, size, reason].filter(Boolean).join(', '),
  };
  return { row, path, step, conflict: null };
}

function conflictRow(conflict: PlannedConflict): PlanRow {
  const { path, reason } = conflict;
  const words = conflictWords(reason);
  const tooltip = `${path}\n${words}\n${t('Held back: nothing is done to it.')}`;
  const { icon, colour } = CONFLICT_LOOK;
  const row: Row = { id: path, label: path, description: words, tooltip, icon, colour, context: 'plan-conflict' };
  return { row, path, step: null, conflict };
}

function heldRow({ path, reason }: { readonly path: string; readonly reason: string }): PlanRow {
  const row: Row = {
    id: path,
    label: path,
    description: said(reason),
    tooltip: `${path}\n${said(reason)}`,
    icon: 'info',
    colour: COLOURS.quiet,
    context: 'plan-held',
  };
  return { row, path, step: null, conflict: null };
}
