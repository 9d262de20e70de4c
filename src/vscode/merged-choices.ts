import type { Entry } from '../core/format/tree.ts';
import type { Choice, Conflict } from '../core/plan/plan.ts';

export interface MergedChoices {
  readonly choices: readonly Choice[];
  /** Shown with another remote version than the one that was merged: nobody has seen both. */
  readonly moved: readonly string[];
}

/**
 * What is here now replaces the remote versions that were merged into it. `shown`: as the rows had them; `now`: by path, as they
 * are; `mergedWith`: the version that was open beside the file last, null for a deletion, undefined where none was. What is
 * deleted here has nothing merged in it.
 */
export function mergedChoices(
  shown: readonly Conflict[],
  now: ReadonlyMap<string, Conflict>,
  mergedWith: (path: string) => Entry | null | undefined,
): MergedChoices {
  const isMoved = ({ path, remote }: Conflict): boolean => {
    const merged = mergedWith(path);
    return merged !== undefined && merged?.sha256 !== remote?.sha256;
  };
  const standing = shown.filter(({ path }) => now.get(path)?.local);
  return {
    choices: standing
      .filter((conflict) => !isMoved(conflict))
      .flatMap(({ path, remote }): Choice[] => {
        const local = now.get(path)?.local;
        if (!local) return [];
        return [{ path, answer: 'mine', localSha256: local.sha256, remoteSha256: remote?.sha256 ?? null }];
      }),
    moved: standing.filter(isMoved).map(({ path }) => path),
  };
}
