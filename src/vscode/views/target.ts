import type { Conflict } from '../../core/plan/plan.ts';
import type { Folder } from '../folder.ts';
import type { Row } from '../render/row.ts';

/** What a row of a tree is about: commands of its menu get it. */
export interface Target {
  readonly folder: Folder;
  /** Relative to the root; of rows of files and folders only. */
  readonly path?: string;
  readonly conflict?: Conflict;
  /** Of rows of the Status view. */
  readonly row?: Pick<Row, 'source'>;
  /** All that are below the row. */
  readonly conflicts?: readonly Conflict[];
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

/** The row that a command was called on, with the rows chosen beside it where it is one of them. */
export function targetsOf(argument: unknown, chosen: unknown): readonly Target[] {
  const target = targetOf(argument);
  if (target === null) return [];
  const all = Array.isArray(chosen) ? (chosen as unknown[]).flatMap((one) => targetOf(one) ?? []) : [];
  return all.includes(target) ? all : [target];
}

/** All rows that were chosen when a command was called: a tree hands them over as its second argument, source control one by one. */
export const chosenIn = (given: readonly unknown[]): unknown => (Array.isArray(given[1]) ? given[1] : given);
