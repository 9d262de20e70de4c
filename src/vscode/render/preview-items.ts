import type { Conflict } from '../../core/plan/plan.ts';
import { vetoMessage } from '../../core/plan/safety.ts';
import { bytesText } from '../../core/quantities.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import { directionOf } from '../../core/status/sync-status.ts';
import { counted, t } from '../l10n.ts';
import { conflictWords, stepLook } from './change-look.ts';

/** A line of the preview; `does` says what choosing it leads to. */
export interface PreviewItem {
  readonly label: string;
  readonly description: string;
  readonly does:
    | { readonly kind: 'apply' }
    /** `shown`: what would be deleted, in words. */
    | { readonly kind: 'allow-mass-delete'; readonly shown: string }
    | { readonly kind: 'accept-remote'; readonly generation: number }
    | { readonly kind: 'show'; readonly path: string }
    | { readonly kind: 'conflict'; readonly conflict: Conflict }
    | { readonly kind: 'heading' }
    | { readonly kind: 'nothing' };
}

/** The plan as a list: what stops it first, else the way to apply it, then every file. */
export function previewItems({ plan, vetoes, generation, held }: Preview): readonly PreviewItem[] {
  const items: PreviewItem[] = [];
  const visible = plan.steps.filter(({ kind }) => stepLook(kind) !== null);
  for (const veto of vetoes) {
    const { message, remedy } = vetoMessage(veto);
    items.push({ label: `$(error) ${message}`, description: remedy, does: { kind: 'nothing' } });
  }
  const identity = vetoes.some(({ kind }) => kind !== 'mass-delete' && kind !== 'root-emptied');
  if (vetoes.some(({ kind }) => kind === 'mass-delete' || kind === 'root-emptied'))
    items.push({
      label: t('$(trash) Allow these deletions, and sync…'),
      description: t('asks once more'),
      does: { kind: 'allow-mass-delete', shown: vetoes.map((veto) => vetoMessage(veto).message).join('; ') },
    });
  if (identity)
    items.push({
      label: t('$(cloud-download) Accept this remote, and sync…'),
      description: t('nothing is deleted on either side; differences become conflicts'),
      does: { kind: 'accept-remote', generation: generation ?? 0 },
    });
  if (vetoes.length === 0 && visible.length > 0) {
    items.push({ label: t('$(sync) Sync now'), description: totalText(plan.steps), does: { kind: 'apply' } });
  }
  const section = (label: string, lines: readonly PreviewItem[]) => {
    if (lines.length > 0)
      items.push({ label: `${label} (${lines.length})`, description: '', does: { kind: 'heading' } }, ...lines);
  };
  section(
    t('Conflicts'),
    plan.conflicts.map((conflict) => ({
      label: `$(warning) ${conflict.path}`,
      description: conflictWords(conflict.reason),
      does: { kind: 'conflict', conflict },
    })),
  );
  section(t('Up'), stepItems(plan.steps, 'up'));
  section(t('Down'), stepItems(plan.steps, 'down'));
  section(
    t('Left alone'),
    held.map(({ path, reason }) => ({ label: `$(info) ${path}`, description: reason, does: { kind: 'nothing' } })),
  );
  if (items.length === 0)
    items.push({
      label: t('$(check) In step'),
      description: t('There is nothing to transfer.'),
      does: { kind: 'nothing' },
    });
  return items;
}

function stepItems(steps: Preview['plan']['steps'], way: 'up' | 'down'): readonly PreviewItem[] {
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

function totalText(steps: Preview['plan']['steps']): string {
  const up = steps.filter(({ kind, reuse }) => kind === 'upload' && reuse === undefined);
  const down = steps.filter(({ kind }) => kind === 'download' || kind === 'keep-both');
  const deletions = steps.filter(({ kind }) => kind === 'delete-local' || kind === 'delete-remote').length;
  const bytesUp = up.reduce((sum, { local }) => sum + (local?.stamp.size ?? 0), 0);
  const bytesDown = down.reduce((sum, { remote }) => sum + (remote?.size ?? 0), 0);
  const parts = [
    up.length > 0 ? `↑ ${counted(up.length, '{0} file', '{0} files')}, ${bytesText(bytesUp)}` : '',
    down.length > 0 ? `↓ ${counted(down.length, '{0} file', '{0} files')}, ${bytesText(bytesDown)}` : '',
    deletions > 0 ? counted(deletions, '{0} deletion', '{0} deletions') : '',
  ];
  return parts.filter(Boolean).join(' · ');
}
