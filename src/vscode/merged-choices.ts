import type { Entry } from '../core/format/tree.ts';
import type { Choice, Conflict } from '../core/plan/plan.ts';

export interface MergedChoices {
  readonly choices: readonly Choice[];
  /** Shown with another remote version than the one that was merged: nobody has seen both. */
  readonly moved: readonly string[];
  /** Deleted here, so nothing is merged in them, or no conflicts any more. */
  readonly skipped: readonly string[];
}

/**
 * What is here now replaces the remote versions that were merged into it. `shown`: as the rows had them; `now`: by path, as they
 * are; `mergedWith`: the version that was open beside the file last, null for a deletion, undefined where none was.
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
  const isStanding = ({ path }: Conflict): boolean => Boolean(now.get(path)?.local);
  const standing = shown.filter(isStanding);
  return {
    choices: standing
      .filter((conflict) => !isMoved(conflict))
      .flatMap(({ path, remote }): Choice[] => {
        const local = now.get(path)?.local;
        if (!local) return [];
        return [{ path, answer: 'mine', localSha256: local.sha256, remoteSha256: remote?.sha256 ?? null }];
      }),
    moved: standing.filter(isMoved).map(({ path }) => path),
    skipped: shown.filter((conflict) => !isStanding(conflict)).map(({ path }) => path),
  };
}
