import { findMoves } from '../../core/plan/moves.ts';
import { isIdentityVeto } from '../../core/plan/safety.ts';
import { VetoError } from '../../core/plan/veto-error.ts';
import { countText } from '../../core/quantities.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import { namingCommand } from './pull-veto.ts';
import { type Work, withSignal } from './setup-work.ts';

/**
 * Files that were deleted here since the last sync are not brought to the new place, nor under their old name those that were renamed:
 * tells how many. SyncError('veto') when a sync would
 * ask before it deleted so many, for the new place would lack them as if nobody had ever had them.
 */
export async function vetDeletedHere({ old, options, notes }: Work): Promise<void> {
  if (old === null) return;
  const preview = await old.datastore.preview(withSignal(options));
  await refuseMassDeletion(preview);
  const { steps } = preview.plan;
  const gone = steps.filter(({ kind }) => kind === 'delete-remote');
  const { to } = findMoves(steps);
  const renamed = gone.filter(({ path }) => to.has(path)).length;
  const deleted = gone.length - renamed;
  const { name } = old.store;
  if (deleted > 0)
    notes.push(`Deleted here, and not brought along: ${countText(deleted, 'file')}. ${name} keeps its copies.`);
  if (renamed > 0)
    notes.push(
      `Renamed here, and brought along under the new name: ${countText(renamed, 'file')}. ${name} keeps them under the old one.`,
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
