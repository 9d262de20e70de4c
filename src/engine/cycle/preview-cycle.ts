import { SyncError } from '../../core/errors.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import type { PreviewOptions } from '../datastore.ts';
import type { RegisterState } from '../remote/register.ts';
import { EMPTY_VIEW } from '../remote/remote-log.ts';
import { basisOf } from './approval.ts';
import { forgetRemote } from './cycle-notes.ts';
import { blockedPaths, unknownPaths } from './left-alone.ts';
import { type CycleParts, openRun } from './run.ts';
import { settleCommits } from './settle.ts';
import { look, refuseDamaged, standing } from './sight.ts';
import { requireEmpty } from './writing.ts';

/** What `sync` would do now. The caller holds the root's guard, if there is a root. */
export async function previewCycle(parts: CycleParts, options: PreviewOptions, rootThere: boolean): Promise<Preview> {
  const run = await openRun(parts, options, null);
  const state = options.lastKnown === true ? lastKnown(parts) : await parts.register.read(options.signal);
  // What this process saw last may be older than a commit of another process that is still open.
  if (options.lastKnown !== true) {
    await settleCommits(parts.base, run.ledger, state, parts.remoteLog, options.signal);
    if (state.head === null) await requireEmpty(parts.store, options.signal);
  }
  const again = () => look(parts, options, { ...run, state, view: EMPTY_VIEW, intents: [], rootThere, keep: 0 });
  const generation = state.head?.commit?.generation ?? null;
  const basis = basisOf(options, { ...run, state, remote: parts.store.name });
  let sight = await again();
  if (sight.vetoes.length > 0 && standing(sight.vetoes, options, generation ?? 0).length === 0) {
    forgetRemote(run.ledger);
    run.ledger.note({ rootMark: run.ledger.meta.rootMark ?? run.id });
    sight = await again();
  }
  refuseDamaged(sight, parts.store.name);
  const held = [...sight.plan.held, ...unknownPaths(sight.scan), ...blockedPaths(sight.scan, sight.view.tree)];
  return { plan: sight.plan, vetoes: sight.vetoes, generation, held, basis };
}

function lastKnown({ register, store }: CycleParts): RegisterState {
  const state = register.known();
  if (state !== null) return state;
  throw new SyncError('offline', `${store.name} was never in reach here`, 'Connect once.');
}
