import type { StepKind } from './plan.ts';

/** Bring a file to a path. */
export const CREATES: ReadonlySet<StepKind> = new Set(['upload', 'download', 'keep-both']);
export const DELETES: ReadonlySet<StepKind> = new Set(['delete-local', 'delete-remote']);
export const CHANGES_ROOT: ReadonlySet<StepKind> = new Set(['download', 'delete-local', 'keep-both']);
export const CHANGES_REMOTE: ReadonlySet<StepKind> = new Set(['upload', 'delete-remote']);
