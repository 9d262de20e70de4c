import type { BaseTree } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { PlanInput } from '../../core/plan/plan.ts';
import type { RemoteView } from '../remote/remote-log.ts';
import type { Scan } from '../root/scan.ts';
import { isDraft } from '../state/draft-tree.ts';
import { isPacked } from '../state/packed-tree.ts';
import type { CycleParts } from './run.ts';

/**
 * What a plan has to look at: where the scan has found the base's hash, and an earlier comparison the same entry on the remote, nothing
 * is to be decided. Empty where the base does not lie in columns: then all is looked at.
 */
export function candidatePaths(
  { compare, names }: Pick<CycleParts, 'compare' | 'names'>,
  base: BaseTree,
  scan: Scan,
  view: RemoteView,
): Pick<PlanInput, 'candidates' | 'areNamesFree'> {
  const below = isDraft(base) ? base.from : base;
  if (!isPacked(below)) return {};
  const candidates = new Set<SyncPath>([...candidatesHere(base, scan), ...compare(below, view)]);
  const isNew = (path: SyncPath): boolean => !below.has(path) && (scan.files.has(path) || view.tree.has(path));
  return {
    candidates,
    areNamesFree: () =>
      scan.unknown.size + view.refused.length + view.damaged.length === 0 &&
      names.areFree(below, [...candidates].filter(isNew)),
  };
}

/** Paths where base and root may differ: what was noted of the base since the scan is among them. */
export function* candidatesHere(base: BaseTree, scan: Scan): Iterable<SyncPath> {
  yield* scan.candidates;
  if (!isDraft(base)) return;
  yield* base.changed.keys();
  yield* base.gone;
}
