import { hashIn } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { SafetyFacts } from '../../core/plan/safety.ts';
import type { SyncOptions } from '../datastore.ts';
import type { LocalFiles } from '../ports.ts';
import type { RegisterState } from '../remote/register.ts';
import type { RemoteView } from '../remote/remote-log.ts';
import type { Scan } from '../root/scan.ts';
import type { BaseMeta } from '../state/base-store.ts';
import type { Ledger } from '../state/ledger.ts';
import { ancestryOf } from './ancestry.ts';
import type { CycleParts } from './run.ts';

/** What the vetoes are decided by. */
export async function factsOf(
  parts: CycleParts,
  options: SyncOptions,
  at: {
    files: LocalFiles;
    ledger: Ledger;
    state: RegisterState;
    scan: Scan;
    view: RemoteView;
    plan: Plan;
    /** Has every path of the base that is not there as in the base; all are looked at where it is left out. */
    candidates?: Iterable<SyncPath>;
  },
): Promise<SafetyFacts> {
  const { meta, entries } = at.ledger;
  const { excluded, isOtherwise } = compareRoot(at.ledger, at.scan, at.candidates ?? entries.keys());
  const head = at.state.head;
  const seen =
    meta.datastoreId === null
      ? null
      : {
          datastoreId: meta.datastoreId,
          epoch: meta.epoch,
          generation: meta.newest?.generation ?? 0,
          commit: meta.newest?.id ?? null,
        };
  return {
    plan: at.plan,
    localFiles: at.scan.files.size,
    // All that the commit names, readable or not: a damaged index is no empty one.
    remoteFiles: (at.view.commit?.shards ?? []).reduce((sum, { count }) => sum + count, 0),
    baseFiles: entries.size - excluded,
    strangeRoot: isOtherwise ? await strangenessOf(at.files, meta) : null,
    baseLost:
      meta.rootMark === null && head?.commit != null && at.scan.files.size > 0 && (await at.files.mark()) !== null,
    remote: head && { datastoreId: head.datastoreId, epoch: head.epoch, generation: head.commit?.generation ?? 0 },
    seen,
    ancestry: meta.newest ? await ancestryOf(meta.newest, head, parts.remoteLog, options.signal) : 'related',
    allowMassDelete: options.approved?.basis.allowMassDelete ?? options.allowMassDelete ?? false,
  };
}

/** What of the base the rules leave out, and whether anything else of it is not there as it was. */
function compareRoot(ledger: Ledger, scan: Scan, paths: Iterable<SyncPath>) {
  let isOtherwise = false;
  const excluded = new Set<SyncPath>();
  for (const path of paths) {
    if (!ledger.entries.has(path)) continue;
    if (scan.isExcluded(path)) excluded.add(path);
    else isOtherwise ||= isOther(ledger, scan, path);
  }
  return { excluded: excluded.size, isOtherwise };
}

/** Of a root of which something is in the base: it had its mark before. */
async function strangenessOf(files: LocalFiles, { rootMark }: BaseMeta): Promise<SafetyFacts['strangeRoot']> {
  const mark = await files.mark();
  if (mark === rootMark) return null;
  return mark === null ? 'unmarked' : 'marked otherwise';
}

/** Whether a path of the base is not there as in the base. */
export const isOther = ({ entries }: Ledger, { files }: Scan, path: SyncPath): boolean =>
  files.get(path)?.sha256 !== hashIn(entries, path);
