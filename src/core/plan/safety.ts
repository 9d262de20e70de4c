import type { Plan } from './plan.ts';

export type Veto =
  | { readonly kind: 'root-emptied'; readonly baseFiles: number }
  /** Never of a plan: without the folder there is none. */
  | { readonly kind: 'root-vanished'; readonly root: string; readonly baseFiles: number }
  /** The root lacks our mark, or has another, and differs from what was in step. */
  | { readonly kind: 'root-replaced'; readonly baseFiles: number; readonly generation: number }
  | { readonly kind: 'mass-delete'; readonly side: 'local' | 'remote'; readonly deletes: number; readonly of: number }
  | { readonly kind: 'foreign-remote'; readonly expected: string; readonly found: string; readonly generation: number }
  | {
      readonly kind: 'rolled-back-remote';
      readonly seen: { readonly epoch: number; readonly generation: number };
      readonly found: { readonly epoch: number; readonly generation: number };
    }
  /** The base's commit is not among the ancestors of head. */
  | { readonly kind: 'unrelated-remote'; readonly baseCommit: string; readonly generation: number }
  | { readonly kind: 'remote-emptied'; readonly baseFiles: number; readonly generation: number }
  /** The root carries our mark but its base is lost, or is of another remote: deletions could come back. */
  | { readonly kind: 'base-lost'; readonly files: number; readonly generation: number };

export interface SafetyFacts {
  readonly plan: Plan;
  /** Files known on each side, before the plan. */
  readonly localFiles: number;
  readonly remoteFiles: number;
  readonly baseFiles: number;
  readonly baseLost: boolean;
  /** Of a folder that differs from what was in step, and lacks the root's mark (an unmount) or has another. */
  readonly strangeRoot: 'unmarked' | 'marked otherwise' | null;
  readonly remote: { readonly datastoreId: string; readonly epoch: number; readonly generation: number } | null;
  /** What this root last saw of its remote; null on the first sync. */
  readonly seen: {
    readonly datastoreId: string;
    readonly epoch: number;
    readonly generation: number;
    readonly commit: string | null;
  } | null;
  /** Whether the base's commit is head's or one of its ancestors; `cut` where the chain was cut by collection. */
  readonly ancestry: 'related' | 'unrelated' | 'cut';
  readonly allowMassDelete: boolean;
}

const MANY = 1_000;
const FEW = 20;

/** What forbids a plan; empty: go on. Sees every plan before anything of it is done. */
export function vet(facts: SafetyFacts): readonly Veto[] {
  const identity = vetIdentity(facts);
  // Approving those discards the base: what this plan would delete is then never deleted, so it is no second question.
  return identity.length > 0 ? identity : vetDeletions(facts);
}

/** Vetoes about which remote, or which root, this is. Approving one discards the base: then nothing can be deleted. */
export const isIdentityVeto = (veto: Veto): boolean => veto.kind !== 'mass-delete' && veto.kind !== 'root-emptied';

function vetIdentity({
  seen,
  remote,
  ancestry,
  baseLost,
  baseFiles,
  remoteFiles,
  localFiles,
  strangeRoot,
  allowMassDelete,
}: SafetyFacts): readonly Veto[] {
  if (baseLost) return [{ kind: 'base-lost', files: localFiles, generation: remote?.generation ?? 0 }];
  if (seen === null) return [];
  // A register that is gone reads as an empty remote, and that must never read as "delete all".
  if (remote === null) return [{ kind: 'rolled-back-remote', seen, found: { epoch: 0, generation: 0 } }];
  if (seen.datastoreId !== remote.datastoreId) {
    return [
      { kind: 'foreign-remote', expected: seen.datastoreId, found: remote.datastoreId, generation: remote.generation },
    ];
  }
  if (remote.epoch < seen.epoch || remote.generation < seen.generation)
    return [{ kind: 'rolled-back-remote', seen, found: remote }];
  if (seen.commit !== null && ancestry !== 'related') {
    return [{ kind: 'unrelated-remote', baseCommit: seen.commit, generation: remote.generation }];
  }
  if (baseFiles > 0 && remoteFiles === 0 && !allowMassDelete) {
    return [{ kind: 'remote-emptied', baseFiles, generation: remote.generation }];
  }
  // Whatever the plan: what the base learned of it, and our mark in it, would be taken for the right folder's once that is back.
  // Without a mark it may be the right one, emptied with all that was in it; with another it never is.
  if (strangeRoot === 'marked otherwise' || (strangeRoot === 'unmarked' && !allowMassDelete)) {
    return [{ kind: 'root-replaced', baseFiles, generation: remote.generation }];
  }
  return [];
}

function vetDeletions({ plan, localFiles, remoteFiles, baseFiles, allowMassDelete }: SafetyFacts): readonly Veto[] {
  if (allowMassDelete) return [];
  const there = deletions(plan, 'delete-remote');
  const here = deletions(plan, 'delete-local');
  if (localFiles === 0 && baseFiles > 0 && there > 0) return [{ kind: 'root-emptied', baseFiles }];
  const vetoes: Veto[] = [];
  if (isMass(there, remoteFiles)) vetoes.push({ kind: 'mass-delete', side: 'remote', deletes: there, of: remoteFiles });
  if (isMass(here, localFiles)) vetoes.push({ kind: 'mass-delete', side: 'local', deletes: here, of: localFiles });
  return vetoes;
}

/** Deletions on one side, less those whose content only moves to another path there: one for each file that comes. */
function deletions({ steps }: Plan, kind: 'delete-local' | 'delete-remote'): number {
  const coming = new Map<string, number>();
  for (const { kind: other, local, remote } of steps) {
    const file = kind === 'delete-remote' ? other === 'upload' && local : other === 'download' && remote;
    if (file) coming.set(file.sha256, (coming.get(file.sha256) ?? 0) + 1);
  }
  return steps.filter((step) => {
    if (step.kind !== kind) return false;
    const sha256 = (kind === 'delete-remote' ? step.remote : step.local)?.sha256 ?? '';
    const moves = coming.get(sha256) ?? 0;
    coming.set(sha256, moves - 1);
    return moves <= 0;
  }).length;
}

const isMass = (deletes: number, of: number): boolean => deletes > MANY || (deletes > FEW && deletes * 2 > of);

/** A veto in plain words, with its way out. */
export function vetoMessage(veto: Veto): { readonly message: string; readonly remedy: string } {
  switch (veto.kind) {
    case 'root-emptied':
      return {
        message: `the root is empty, and ${veto.baseFiles} files were in step`,
        remedy:
          'If all of them shall be deleted for everybody, pass --allow-mass-delete; else bring them back and sync again.',
      };
    case 'root-vanished':
      return {
        message: `the root ${veto.root} has vanished; ${veto.baseFiles} files were in step`,
        remedy:
          'Bring the folder back. To fill an empty one from the remote, make it and run `datastore sync --allow-mass-delete` only if all shall go.',
      };
    case 'root-replaced':
      return {
        message: `the root is another folder than the one that was in step with ${veto.baseFiles} files (unmounted?), or its .datastore-staging was removed`,
        remedy: `If another, bring that one back and sync again. If it is to stay: ${accept(veto.generation)}`,
      };
    case 'mass-delete':
      return {
        message: `${veto.deletes} of ${veto.of} files would be deleted ${veto.side === 'local' ? 'here' : 'on the remote'}`,
        remedy: 'Look at them with --dry-run; if that is meant, pass --allow-mass-delete.',
      };
    case 'foreign-remote':
      return {
        message: 'another datastore lies at this place than the one this root was in step with',
        remedy: accept(veto.generation),
      };
    case 'rolled-back-remote':
      if (veto.found.epoch === 0) {
        return { message: 'the remote was in step with this root, and holds no datastore any more', remedy: accept(0) };
      }
      return {
        message: `the remote is older (generation ${veto.found.generation}, epoch ${veto.found.epoch}) than what was seen here (${veto.seen.generation}, ${veto.seen.epoch}): a restored bucket?`,
        remedy: accept(veto.found.generation),
      };
    case 'unrelated-remote':
      return {
        message:
          'the last commit that was seen here is not in the history of the remote: a restored bucket, or a history that was collected since?',
        remedy: accept(veto.generation),
      };
    case 'remote-emptied':
      return {
        message: `the remote is empty, and ${veto.baseFiles} files were in step`,
        remedy: `If they shall be deleted here too, pass --allow-mass-delete. ${accept(veto.generation)}`,
      };
    case 'base-lost':
      return {
        message: `this root was in step before, but the record of it in the state folder is gone, or is of another remote; ${veto.files} files are here, and deletions could come back`,
        remedy: accept(veto.generation),
      };
  }
}

const accept = (generation: number): string =>
  `Look with --dry-run; to join both sides, deleting nothing, pass --accept-remote ${generation}.`;
