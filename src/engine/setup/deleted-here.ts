import { isIdentityVeto } from '../../core/plan/safety.ts';
import { VetoError } from '../../core/plan/veto-error.ts';
import { countText } from '../../core/quantities.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import { namingCommand } from './pull-veto.ts';
import { type Work, withSignal } from './setup-work.ts';

/**
 * Files that were deleted here since the last sync are not brought to the new place: tells how many. SyncError('veto') when a sync would
 * ask before it deleted so many, for the new place would lack them as if nobody had ever had them.
 */
export async function vetDeletedHere({ old, options, notes }: Work): Promise<void> {
  if (old === null) return;
  const preview = await old.datastore.preview(withSignal(options));
  await refuseMassDeletion(preview);
  const deleted = preview.plan.steps.filter(({ kind }) => kind === 'delete-remote').length;
  if (deleted > 0)
    notes.push(
      `Deleted here, and not brought along: ${countText(deleted, 'file')}. ${old.store.name} keeps its copies.`,
    );
}

/** Which remote this is, and what would be deleted here, is for the pull to ask. */
export const refuseMassDeletion = ({ vetoes }: Preview): Promise<void> =>
  namingCommand('sync', async () => {
    const refused = vetoes.filter(
      (veto) => !isIdentityVeto(veto) && !(veto.kind === 'mass-delete' && veto.side === 'local'),
    );
    if (refused.length > 0) throw new VetoError(refused);
  });
