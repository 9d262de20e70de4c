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
    | { readonly kind: 'heading' }
    | { readonly kind: 'nothing' };
}

/** What stops a plan first, then the ways out, then every file it is about. */
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
  const section = (label: string, lines: readonly StoppedItem[]) => {
    if (lines.length > 0)
      items.push({ label: `${label} (${lines.length})`, description: '', does: { kind: 'heading' } }, ...lines);
  };
  section(t('Up'), stepItems(plan.steps, 'up'));
  section(t('Down'), stepItems(plan.steps, 'down'));
  return items;
}

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
