import type { BaseTree, LocalTree, RemoteTree } from '../format/tree.ts';
import { compareByUtf8, type SyncPath } from '../paths/sync-path.ts';
import type { Held, Plan } from '../plan/plan.ts';
import type { Drift, Good, PendingCounts } from './verify-report.ts';

/** What reading a committed content to its end has shown. */
export type ContentVerdict =
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface VerifyFacts {
  readonly remote: RemoteTree;
  /** Committed contents that are not as the index names them; all others were read and are right. */
  readonly bad: ReadonlyMap<SyncPath, ContentVerdict>;
  readonly refused: readonly Held[];
  /** Records of the commit that cannot be read on the remote; `isKept`: the state folder has them. */
  readonly records: readonly { readonly key: string; readonly reason: string; readonly isKept: boolean }[];
  readonly base: BaseTree;
  /** Every file read anew, whatever its stamp says. */
  readonly local: LocalTree;
  /** Files whose stamp says that they are what the base knows. */
  readonly unchanged: ReadonlySet<SyncPath>;
}

/** What is damaged, and who has the right bytes. Records first, then by path. */
export function judgeDrift(facts: VerifyFacts): readonly Drift[] {
  const { remote, bad, local } = facts;
  const find = finder(facts);
  const records = facts.records.map(
    ({ key, reason, isKept }): Drift => ({
      kind: 'record-damaged',
      path: key,
      reason,
      good: isKept ? { side: 'kept' } : null,
    }),
  );
  const drift: Drift[] = facts.refused.map(({ path, reason }) => ({ kind: 'entry-refused', path, reason, good: null }));
  for (const [path, verdict] of bad) {
    const entry = remote.get(path);
    if (entry) drift.push({ kind: KINDS[verdict.kind], path, reason: verdict.reason, good: find(path, entry.sha256) });
  }
  for (const path of rottenPaths(facts)) {
    const entry = remote.get(path);
    const reason = entry ? ROTTEN : `${ROTTEN}, and the remote has no such file any more`;
    drift.push({ kind: 'rotten-here', path, reason, good: entry ? find(path, entry.sha256) : null });
  }
  const committed: ReadonlySet<string> = local.unknown.size === 0 ? new Set() : committedPaths(facts);
  for (const [path, reason] of local.unknown) {
    if (committed.has(path)) drift.push({ kind: 'unreadable-here', path, reason, good: null });
  }
  return [...records, ...drift.toSorted((a, b) => compareByUtf8(a.path, b.path))];
}

const KINDS = { missing: 'remote-missing', damaged: 'remote-damaged', unreadable: 'remote-unreadable' } as const;
const ROTTEN = 'its bytes changed, though nothing wrote it since it was in step';

/** Files whose stamp is that of the base and whose bytes are not. */
export function rottenPaths({ unchanged, local, base }: Pick<VerifyFacts, 'unchanged' | 'local' | 'base'>): SyncPath[] {
  return [...unchanged].filter((path) => local.files.get(path)?.sha256 !== base.get(path)?.sha256);
}

/** The root as a sync sees it, which trusts stamps: a rotten file is nobody's change. */
export function asTrusted<T extends LocalTree>(local: T, base: BaseTree, rotten: readonly SyncPath[]): T {
  const files = new Map(local.files);
  for (const path of rotten) {
    const [found, known] = [files.get(path), base.get(path)];
    if (found && known) files.set(path, { ...found, sha256: known.sha256 });
  }
  return { ...local, files };
}

export function pendingCounts({ steps, conflicts, held }: Plan): PendingCounts {
  const count = (...kinds: string[]): number => steps.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    upload: count('upload'),
    download: count('download', 'keep-both'),
    deleteRemote: count('delete-remote'),
    deleteLocal: count('delete-local'),
    conflicts: conflicts.length,
    held: held.length,
  };
}

/** The same path here first, then the same path there, then any other file with these bytes. */
function finder({ remote, bad, local }: VerifyFacts): (path: SyncPath, sha256: string) => Good | null {
  const here = new Map<string, SyncPath>();
  for (const { path, sha256 } of local.files.values()) if (!here.has(sha256)) here.set(sha256, path);
  const there = new Map<string, SyncPath>();
  for (const { path, sha256 } of remote.values()) if (!bad.has(path) && !there.has(sha256)) there.set(sha256, path);
  return (path, sha256) => {
    if (local.files.get(path)?.sha256 === sha256) return { side: 'here', path };
    if (remote.get(path)?.sha256 === sha256 && !bad.has(path)) return { side: 'there', path };
    const [copy, original] = [here.get(sha256), there.get(sha256)];
    if (original !== undefined) return { side: 'there', path: original };
    return copy === undefined ? null : { side: 'here', path: copy };
  };
}

/** Committed paths, and the folders above them. */
function committedPaths({ base, remote }: VerifyFacts): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of [...base.keys(), ...remote.keys()]) {
    names.add(path);
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) names.add(path.slice(0, cut));
  }
  return names;
}
