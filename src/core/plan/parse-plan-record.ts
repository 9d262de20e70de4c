import { bad, ok, type Problem, type Result } from '../errors.ts';
import { asObject, isCount, isHash, isObject, isText } from '../format/fields.ts';
import { parseSyncPath, type SyncPath } from '../paths/sync-path.ts';
import type { ConflictReason } from './plan.ts';
import type {
  CommitName,
  HereVersion,
  PlanBasis,
  PlannedConflict,
  PlannedKind,
  PlannedStep,
  PlanRecord,
  ShownVersions,
  ThereVersion,
} from './plan-record.ts';

export type PlanFileProblem = { readonly kind: 'unreadable' | 'newer-format'; readonly message: string };

const FORMAT = 1;

/** The text of a plan file. Nothing in it is believed: it is compared with a plan that is made anew. */
export function parsePlanRecord(text: string): Result<PlanRecord, PlanFileProblem> {
  const found = asObject(text);
  if (found === null) return unreadable('it is not a JSON object');
  const { format } = found;
  if (isCount(format) && format > FORMAT) {
    return bad({ kind: 'newer-format', message: `it is of format ${format}, and this version reads format ${FORMAT}` });
  }
  if (format !== FORMAT) return unreadable('it has no format');
  const basis = basisOf(found['basis']);
  if (basis === null || !isText(found['madeAt'])) return unreadable('it does not say what it was made against');
  const steps = allOf(found['steps'], stepOf);
  const conflicts = allOf(found['conflicts'], conflictOf);
  const held = allOf(found['held'], heldOf);
  if (!steps.ok) return unreadable(`steps[${steps.problem}] is no step`);
  if (!conflicts.ok) return unreadable(`conflicts[${conflicts.problem}] is no conflict`);
  if (!held.ok) return unreadable(`held[${held.problem}] is no path with a reason`);
  const record = { format, madeAt: found['madeAt'], basis, steps: steps.value } as const;
  return ok({ ...record, conflicts: conflicts.value, held: held.value });
}

const unreadable = (message: string) => bad({ kind: 'unreadable' as const, message });

/** The problem is the place of the first that will not do; -1: it is no list. */
function allOf<T>(value: unknown, read: (item: Readonly<Record<string, unknown>>) => T | null): Result<T[], number> {
  if (!Array.isArray(value)) return bad(-1);
  const items: T[] = [];
  for (const [place, item] of (value as unknown[]).entries()) {
    const parsed = isObject(item) ? read(item) : null;
    if (parsed === null) return bad(place);
    items.push(parsed);
  }
  return ok(items);
}

function basisOf(value: unknown): PlanBasis | null {
  if (!isObject(value)) return null;
  const { remote, datastoreId, direction, onConflict, allowMassDelete, conflictSuffix } = value;
  const [commit, base] = [commitOf(value['commit']), commitOf(value['base'])];
  if (!isText(remote) || !(datastoreId === null || isText(datastoreId)) || commit === undefined || base === undefined)
    return null;
  if (!isOneOf(direction, DIRECTIONS) || !isOneOf(onConflict, POLICIES)) return null;
  if (typeof allowMassDelete !== 'boolean' || !isText(conflictSuffix) || !/^[\w-]+$/.test(conflictSuffix)) return null;
  return { remote, datastoreId, commit, base, direction, onConflict, allowMassDelete, conflictSuffix };
}

function stepOf(value: Readonly<Record<string, unknown>>): PlannedStep | null {
  const { kind, bytes, reason, reuse, movesTo, movedFrom } = value;
  const path = pathOf(value['path']);
  const copyTo = value['copyTo'] === undefined ? undefined : pathOf(value['copyTo']);
  const versions = versionsOf(value);
  if (path === null || copyTo === null || versions === null) return null;
  if (!isOneOf(kind, KINDS) || !isCount(bytes) || !isText(reason)) return null;
  return {
    path,
    kind,
    bytes,
    reason,
    ...versions,
    ...(copyTo === undefined ? {} : { copyTo }),
    ...(isText(reuse) ? { reuse } : {}),
    ...(isText(movesTo) ? { movesTo } : {}),
    ...(isText(movedFrom) ? { movedFrom } : {}),
  };
}

function conflictOf(value: Readonly<Record<string, unknown>>): PlannedConflict | null {
  const path = pathOf(value['path']);
  const versions = versionsOf(value);
  const { reason } = value;
  return path !== null && versions !== null && isOneOf(reason, REASONS) ? { path, reason, ...versions } : null;
}

const heldOf = ({ path, reason }: Readonly<Record<string, unknown>>): Problem | null =>
  isText(path) && isText(reason) ? { path, reason } : null;

function versionsOf(value: Readonly<Record<string, unknown>>): ShownVersions | null {
  const { base } = value;
  const local = value['local'] === null ? null : hereOf(value['local']);
  const remote = value['remote'] === null ? null : thereOf(value['remote']);
  if (local === undefined || remote === undefined) return null;
  if (base === null) return { base, local, remote };
  return isObject(base) && isHash(base['sha256']) ? { base: { sha256: base['sha256'] }, local, remote } : null;
}

function hereOf(value: unknown): HereVersion | undefined {
  if (!isObject(value)) return undefined;
  const { sha256, size, mtime } = value;
  return isHash(sha256) && isCount(size) && typeof mtime === 'number' ? { sha256, size, mtime } : undefined;
}

function thereOf(value: unknown): ThereVersion | undefined {
  const here = hereOf(value);
  if (here === undefined || !isObject(value)) return undefined;
  const { by, generation } = value;
  return isText(by) && isCount(generation) ? { ...here, by, generation } : undefined;
}

function commitOf(value: unknown): CommitName | null | undefined {
  if (value === null) return null;
  if (!isObject(value)) return undefined;
  const { id, generation } = value;
  return isText(id) && isCount(generation) ? { id, generation } : undefined;
}

function pathOf(value: unknown): SyncPath | null {
  const parsed = isText(value) ? parseSyncPath(value) : null;
  return parsed?.ok === true ? parsed.value : null;
}

const isOneOf = <T extends string>(value: unknown, known: readonly T[]): value is T =>
  known.some((candidate) => candidate === value);

const DIRECTIONS = ['both', 'pull', 'push'] as const;
const POLICIES = ['hold', 'mine', 'theirs', 'both'] as const;
const KINDS: readonly PlannedKind[] = ['upload', 'download', 'delete-remote', 'delete-local', 'keep-both'];
const REASONS: readonly ConflictReason[] = [
  'both-changed',
  'changed-here-deleted-there',
  'deleted-here-changed-there',
  'deleted-here-while-excluded',
  'deleted-there-while-excluded',
];
