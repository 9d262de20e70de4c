import type { Step } from './plan.ts';

/** Why a step is to be done, in words: which side changed, or how a conflict was decided. */
export function stepReason({ kind, base, local, remote }: Step): string {
  const known = base?.sha256;
  switch (kind) {
    case 'upload':
      if (remote?.sha256 !== known) return 'conflict, decided for mine';
      return remote === null ? 'new here' : 'changed here';
    case 'download':
      if (local?.sha256 !== known) return 'conflict, decided for theirs';
      return local === null ? 'new there' : 'changed there';
    case 'delete-remote':
      return remote?.sha256 === known ? 'deleted here' : 'conflict, decided for mine';
    case 'delete-local':
      return local?.sha256 === known ? 'deleted there' : 'conflict, decided for theirs';
    case 'keep-both':
      return 'conflict, both are kept';
    case 'adopt':
      return 'equal on both sides';
    case 'forget':
      return 'gone on both sides';
  }
}

/** Bytes of contents that travel for a step. */
export function stepBytes({ kind, local, remote, reuse }: Step): number {
  switch (kind) {
    case 'upload':
      return reuse === undefined ? (local?.stamp.size ?? 0) : 0;
    case 'download':
    case 'keep-both':
      return remote?.size ?? 0;
    case 'delete-remote':
    case 'delete-local':
    case 'adopt':
    case 'forget':
      return 0;
  }
}
