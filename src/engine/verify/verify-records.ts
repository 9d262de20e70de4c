import { SyncError } from '../../core/errors.ts';
import type { CommitPointer } from '../../core/format/records.ts';
import type { VerifyFacts } from '../../core/verify/verify-judge.ts';
import type { CycleParts } from '../cycle/run.ts';
import { createRemoteLog, EMPTY_VIEW, type RemoteView } from '../remote/remote-log.ts';

export interface FoundRecords {
  /** With what the state folder keeps in place of what the remote has lost. */
  readonly view: RemoteView;
  readonly records: VerifyFacts['records'];
  /** False: a part of the index is lost to this workspace, and no commit could carry its entries on. */
  readonly isWhole: boolean;
}

/** Commit and index, read from the remote anew: what the state folder keeps would hide their damage. */
export async function readRecords(
  parts: Pick<CycleParts, 'store' | 'codec' | 'base' | 'remoteLog'>,
  pointer: CommitPointer | null,
  signal?: AbortSignal,
): Promise<FoundRecords> {
  if (pointer === null) return { view: EMPTY_VIEW, records: [], isWhole: true };
  const bare = { ...parts.base, kept: async () => null, keep: async () => {} };
  const there = await readable(createRemoteLog(parts.store, parts.codec, bare).view(pointer, signal));
  if (typeof there !== 'string' && there.damaged.length === 0) return { view: there, records: [], isWhole: true };
  const kept = await readable(parts.remoteLog.view(pointer, signal));
  if (typeof kept === 'string')
    return { view: { ...EMPTY_VIEW, pointer }, records: [record(pointer.key, kept, false)], isWhole: false };
  const lost = new Set(kept.damaged.map(({ first }) => first));
  const records =
    typeof there === 'string'
      ? [record(pointer.key, there, true), ...(await damagedShards(parts, kept, signal))]
      : there.damaged.map(({ first, reason }) => record(keyOf(there, first), reason, !lost.has(first)));
  return { view: kept, records, isWhole: kept.damaged.length === 0 };
}

/** Of a commit whose own record is damaged: it names its shards only in the copy that is kept. */
async function damagedShards(
  { store, codec, base }: Pick<CycleParts, 'store' | 'codec' | 'base'>,
  kept: RemoteView,
  signal?: AbortSignal,
): Promise<VerifyFacts['records']> {
  const commit = kept.commit;
  const pointer = kept.pointer;
  if (commit === null || pointer === null) return [];
  const own = async (sha256: string) => (sha256 === pointer.sha256 ? base.kept(sha256) : null);
  const view = await createRemoteLog(store, codec, { ...base, kept: own, keep: async () => {} }).view(pointer, signal);
  const lost = new Set(kept.damaged.map(({ first }) => first));
  return view.damaged.map(({ first, reason }) => record(keyOf(view, first), reason, !lost.has(first)));
}

const keyOf = ({ commit }: RemoteView, first: string): string =>
  commit?.shards.find((shard) => shard.first === first)?.key ?? first;

const record = (key: string, reason: string, isKept: boolean) => ({
  key,
  // The key stands before it where it is shown.
  reason: reason.replace(/^.* cannot be used: /, '').replace(`${key}: `, ''),
  isKept,
});

/** The view, or why the commit itself cannot be used. */
async function readable(view: Promise<RemoteView>): Promise<RemoteView | string> {
  try {
    return await view;
  } catch (error) {
    if (error instanceof SyncError && error.kind === 'corrupt') return error.message;
    throw error;
  }
}
