import { isIdentityVeto, vetoMessage } from '../../core/plan/safety.ts';
import { bytesText } from '../../core/quantities.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import { directionOf } from '../../core/status/sync-status.ts';
import { said, t } from '../l10n.ts';
import { stepLook } from './change-look.ts';

/** A line about a plan that is stopped; `does` says what choosing it leads to. */
export interface StoppedItem {
  readonly label: string;
  readonly description: string;
  readonly does: /** `shown`: what would be deleted, in words. */
    | { readonly kind: 'allow-mass-delete'; readonly shown: string }
    | { readonly kind: 'accept-remote'; readonly generation: number }
    | { readonly kind: 'show'; readonly path: string }
    /** Every line that is left out, with those that are not. */
    | { readonly kind: 'show-all' }
    | { readonly kind: 'heading' }
    | { readonly kind: 'nothing' };
}

/** Files of a section: a person who decides about more reads them as a text. */
const MOST = 100;

/** What stops a plan first, then the ways out, then the files it is about. */
export function stoppedItems({ plan, vetoes, generation }: Preview): readonly StoppedItem[] {
  const items: StoppedItem[] = vetoes.map((veto) => {
    // Its remedy is for the command line: here the ways out are the next lines.
    return { label: `$(error) ${said(vetoMessage(veto).message)}`, description: '', does: { kind: 'nothing' } };
  });
  const deletions = vetoes.filter((veto) => !isIdentityVeto(veto));
  if (deletions.length > 0)
    items.push({
      label: t('$(trash) Allow these deletions, and sync…'),
      description: t('asks once more'),
      does: { kind: 'allow-mass-delete', shown: vetoes.map((veto) => said(vetoMessage(veto).message)).join('; ') },
    });
  if (deletions.length < vetoes.length)
    items.push({
      label: t('$(cloud-download) Accept this remote, and sync…'),
      description: t('nothing is deleted on either side; differences become conflicts'),
      does: { kind: 'accept-remote', generation: generation ?? 0 },
    });
  for (const { label, lines } of sectionsOf(plan.steps)) {
    items.push(
      { label: `${label} (${lines.length})`, description: '', does: { kind: 'heading' } },
      ...lines.slice(0, MOST),
    );
    const rest = lines.length - MOST;
    if (rest > 0)
      items.push({
        label: `$(ellipsis) ${t('and {0} more', rest)}`,
        description: t('opens the list of all'),
        does: { kind: 'show-all' },
      });
  }
  return items;
}

/** Every file that a stopped plan is about, in lines of text. */
export const stoppedLines = ({ plan, vetoes }: Preview): readonly string[] => [
  ...vetoes.map((veto) => said(vetoMessage(veto).message)),
  ...sectionsOf(plan.steps).flatMap(({ label, lines }) => [
    '',
    `${label} (${lines.length})`,
    ...lines.map(({ does, description }) => `  ${does.kind === 'show' ? does.path : ''}  ${description}`),
  ]),
];

/** Each way that files go, without those that none does. */
const sectionsOf = (steps: Preview['plan']['steps']) =>
  [
    { label: t('Up'), lines: stepItems(steps, 'up') },
    { label: t('Down'), lines: stepItems(steps, 'down') },
  ].filter(({ lines }) => lines.length > 0);

function stepItems(steps: Preview['plan']['steps'], way: 'up' | 'down'): readonly StoppedItem[] {
  return steps.flatMap(({ kind, path, local, remote, reuse }) => {
    const look = stepLook(kind);
    if (look === null || directionOf(kind) !== way) return [];
    const size = way === 'up' ? local?.stamp.size : remote?.size;
    const isDeletion = kind === 'delete-local' || kind === 'delete-remote';
    const words = isDeletion
      ? look.words
      : [size === undefined ? '' : bytesText(size), reuse === undefined ? '' : t('there already')]
          .filter(Boolean)
          .join(', ');
    return [{ label: `$(${look.icon}) ${path}`, description: words, does: { kind: 'show' as const, path } }];
  });
}
