import type { Problem } from '../errors.ts';
import type { SyncPath } from '../paths/sync-path.ts';
import { findMoves } from './moves.ts';
import type { Conflict, ConflictReason, Plan, PlanPolicy, Step, StepKind } from './plan.ts';
import { stepBytes, stepReason } from './step-reason.ts';

/** What a plan was made against, and under which rules. */
export interface PlanBasis {
  /** Bucket and prefix, for people; another one is another remote. */
  readonly remote: string;
  /** Null: nothing was ever committed there. */
  readonly datastoreId: string | null;
  /** The commit that was planned against. */
  readonly commit: CommitName | null;
  /** The latest commit that this workspace had seen before. */
  readonly base: CommitName | null;
  readonly direction: PlanPolicy['direction'];
  readonly onConflict: PlanPolicy['onConflict'];
  readonly allowMassDelete: boolean;
  readonly conflictSuffix: string;
}

export interface CommitName {
  readonly id: string;
  readonly generation: number;
}

/** Kinds that change a side; what only the base learns is no part of a plan that a person looks at. */
export type PlannedKind = Exclude<StepKind, 'adopt' | 'forget'>;

/** A file as it was here. Bytes; milliseconds since 1970. */
export interface HereVersion {
  readonly sha256: string;
  readonly size: number;
  readonly mtime: number;
}

export interface ThereVersion extends HereVersion {
  readonly by: string;
  readonly generation: number;
}

/** The versions that were shown; null where the path was absent. */
export interface ShownVersions {
  readonly base: { readonly sha256: string } | null;
  readonly local: HereVersion | null;
  readonly remote: ThereVersion | null;
}

export interface PlannedStep extends ShownVersions {
  readonly path: SyncPath;
  readonly kind: PlannedKind;
  /** Bytes of contents that travel. */
  readonly bytes: number;
  readonly reason: string;
  readonly copyTo?: SyncPath;
  /** There already, under this path: nothing is sent. */
  readonly reuse?: string;
  /** The halves of a rename name each other. */
  readonly movesTo?: string;
  readonly movedFrom?: string;
}

export interface PlannedConflict extends ShownVersions {
  readonly path: SyncPath;
  readonly reason: ConflictReason;
}

/** A plan as it was shown: what a plan file holds, and what is carried out when exactly that is approved. */
export interface PlanRecord {
  readonly format: 1;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly basis: PlanBasis;
  readonly steps: readonly PlannedStep[];
  readonly conflicts: readonly PlannedConflict[];
  readonly held: readonly Problem[];
}

/** `held`: all paths that are left alone, the plan's own among them. */
export function recordPlan(plan: Plan, held: readonly Problem[], basis: PlanBasis, madeAt: string): PlanRecord {
  return {
    format: 1,
    madeAt,
    basis,
    steps: plannedSteps(plan),
    conflicts: plan.conflicts.map((conflict) => ({
      path: conflict.path,
      reason: conflict.reason,
      ...shown(conflict),
    })),
    held: held.map(({ path, reason }) => ({ path, reason })),
  };
}

/** What a person is shown of a plan's steps. */
export function plannedSteps({ steps }: Plan): readonly PlannedStep[] {
  const moves = findMoves(steps);
  return steps.flatMap((step) => {
    const { kind, path, copyTo, reuse } = step;
    if (kind === 'adopt' || kind === 'forget') return [];
    const [movesTo, movedFrom] = [moves.to.get(path), moves.from.get(path)];
    return [
      {
        path,
        kind,
        bytes: stepBytes(step),
        reason: reasonOf(step, movesTo, movedFrom),
        ...shown(step),
        ...(copyTo === undefined ? {} : { copyTo }),
        ...(reuse === undefined ? {} : { reuse: reuse.path }),
        ...(movesTo === undefined ? {} : { movesTo }),
        ...(movedFrom === undefined ? {} : { movedFrom }),
      },
    ];
  });
}

function reasonOf(step: Step, movesTo: string | undefined, movedFrom: string | undefined): string {
  if (movesTo !== undefined) return `renamed to ${movesTo}`;
  return movedFrom === undefined ? stepReason(step) : `renamed from ${movedFrom}`;
}

const shown = ({ base, local, remote }: Step | Conflict): ShownVersions => ({
  base: base && { sha256: base.sha256 },
  local: local && { sha256: local.sha256, size: local.stamp.size, mtime: local.stamp.mtime },
  remote: remote && {
    sha256: remote.sha256,
    size: remote.size,
    mtime: remote.mtime,
    by: remote.by,
    generation: remote.generation,
  },
});
