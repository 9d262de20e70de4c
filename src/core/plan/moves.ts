import type { Step } from './plan.ts';

/** Per path of a deletion, the path that its content comes to on the same side, and the other way round: the halves of renames. */
export interface Moves {
  readonly to: ReadonlyMap<string, string>;
  readonly from: ReadonlyMap<string, string>;
}

/** Pairs each deletion with one arrival of the same content on its side. Empty files are all alike, and none is another's. */
export function findMoves(steps: readonly Step[]): Moves {
  const [to, from] = [new Map<string, string>(), new Map<string, string>()];
  for (const side of ['here', 'there'] as const) {
    const arriving = new Map<string, string[]>();
    for (const step of steps) {
      const sha256 = arrives(step, side);
      if (sha256 === null) continue;
      const paths = arriving.get(sha256);
      if (paths === undefined) arriving.set(sha256, [step.path]);
      else paths.push(step.path);
    }
    for (const step of steps) {
      const sha256 = leaves(step, side);
      const target = sha256 === null ? undefined : arriving.get(sha256)?.shift();
      if (target === undefined) continue;
      to.set(step.path, target);
      from.set(target, step.path);
    }
  }
  return { to, from };
}

/** SHA-256 of a file that is new at its path on that side. */
function arrives({ kind, local, remote }: Step, side: 'here' | 'there'): string | null {
  if (side === 'there') return kind === 'upload' && remote === null && local?.stamp.size !== 0 ? sha256Of(local) : null;
  return kind === 'download' && local === null && remote?.size !== 0 ? sha256Of(remote) : null;
}

function leaves({ kind, local, remote }: Step, side: 'here' | 'there'): string | null {
  if (side === 'there') return kind === 'delete-remote' ? sha256Of(remote) : null;
  return kind === 'delete-local' ? sha256Of(local) : null;
}

const sha256Of = (file: { readonly sha256: string } | null): string | null => file?.sha256 ?? null;
