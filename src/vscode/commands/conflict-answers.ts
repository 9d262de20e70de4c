import * as vscode from 'vscode';
import type { Answer, Conflict } from '../../core/plan/plan.ts';
import { counted, t } from '../l10n.ts';

/** `merged`: what is here now has both sides in it. */
export type Decision = Answer | 'merged';

/** Each decision in words, and what it does. */
export function decisionItems(): readonly (vscode.QuickPickItem & { detail: string; decision: Decision })[] {
  return [
    {
      label: t('Keep Both'),
      detail: t('Mine is kept beside theirs under a name of its own. Nothing is replaced.'),
      decision: 'both',
    },
    { label: t('Keep Mine'), detail: t('Replaces the remote versions.'), decision: 'mine' },
    { label: t('Keep Theirs'), detail: t('Replaces the versions of this folder.'), decision: 'theirs' },
    {
      label: t('Mark as Merged'),
      detail: t('The files of this folder have both sides in them now, and replace the remote versions.'),
      decision: 'merged',
    },
  ];
}

/** Named in a question; of the rest it has the number. */
const NAMED = 10;

/** A row can stand for hundreds: asks where it is more than one. */
export async function isSureOfAll(decision: Decision, conflicts: readonly Conflict[]): Promise<boolean> {
  const item = decisionItems().find((one) => one.decision === decision);
  if (conflicts.length <= 1 || item === undefined) return true;
  const more = conflicts.length - NAMED;
  const detail = [
    item.detail,
    '',
    ...conflicts.slice(0, NAMED).map(({ path }) => path),
    ...(more > 0 ? [t('… and {0} more', more)] : []),
  ].join('\n');
  const question = t('{0}: {1}?', item.label, counted(conflicts.length, '{0} conflict', '{0} conflicts'));
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, item.label)) === item.label;
}
