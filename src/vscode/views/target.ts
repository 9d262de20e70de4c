import type { Conflict } from '../../core/plan/plan.ts';
import type { Folder } from '../folder.ts';

/** What a row of a tree is about: commands of its menu get it. */
export interface Target {
  readonly folder: Folder;
  /** Relative to the root; of file rows only. */
  readonly path?: string;
  readonly conflict?: Conflict;
}

const known = new WeakSet<object>();

/** Marks an object as a target, so that a command can trust what VS Code hands it. */
export function asTarget<T extends Target>(target: T): T {
  known.add(target);
  return target;
}

/** Null for anything else: commands can be called by anyone with anything. */
export const targetOf = (argument: unknown): Target | null =>
  typeof argument === 'object' && argument !== null && known.has(argument) ? (argument as Target) : null;
