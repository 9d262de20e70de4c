import {
  type BaseEntry,
  type BaseTree,
  coveredBy,
  type Entry,
  hashIn,
  type LocalEntry,
  type LocalTree,
  type RemoteTree,
} from '../format/tree.ts';
import { occupiedKeys } from '../paths/collisions.ts';
import { conflictName } from '../paths/conflict-name.ts';
import { collisionKey, compareByUtf8, parseSyncPath, type SyncPath } from '../paths/sync-path.ts';
import { holdColliding } from './hold-colliding.ts';
import { CHANGES_REMOTE, CHANGES_ROOT, CREATES, kindOfAnswer } from './step-kinds.ts';

export { conflictName };

/** The three versions of one path; null where it is absent. Everything a plan says of a path carries them. */
export interface PathVersions {
  readonly path: SyncPath;
  readonly base: BaseEntry | null;
  readonly local: LocalEntry | null;
  readonly remote: Entry | null;
}

export type StepKind =
  /** local → remote: new or changed content */
  | 'upload'
  /** remote → local */
  | 'download'
  /** gone here, unchanged there */
  | 'delete-remote'
  /** gone there, unchanged here */
  | 'delete-local'
  /** equal on both sides, base differs: only the base moves */
  | 'adopt'
  /** absent on both sides: the base forgets it */
  | 'forget'
  /** conflict answered with `both`: the local file is kept under `copyTo`, then the remote one comes to `path` */
  | 'keep-both';

export interface Step extends PathVersions {
  readonly kind: StepKind;
  /** `upload` only: an entry of the commit being replaced with the same content, so that nothing is sent. */
  readonly reuse?: Entry;
  /** `keep-both` only. */
  readonly copyTo?: SyncPath;
}

export type ConflictReason =
  | 'both-changed'
  | 'changed-here-deleted-there'
  | 'deleted-here-changed-there'
  /** Included again, and unchanged on the other side: no change of the rules deletes anything by itself. */
  | 'deleted-here-while-excluded'
  | 'deleted-there-while-excluded';

export interface Conflict extends PathVersions {
  readonly reason: ConflictReason;
}

/** A path nothing is done to, on either side. */
export interface Held {
  readonly path: string;
  readonly reason: string;
}

export interface Plan {
  /** Deletions before creations, which may need their room; otherwise by path. */
  readonly steps: readonly Step[];
  /** Those too whose answer is held. */
  readonly conflicts: readonly Conflict[];
  readonly held: readonly Held[];
}

export type Answer = 'mine' | 'theirs' | 'both';

/** A person's decision about one conflict. It names what was shown (null: absent); if either side has moved, it does not count. */
export interface Choice {
  readonly path: SyncPath;
  readonly answer: Answer;
  readonly localSha256: string | null;
  readonly remoteSha256: string | null;
}

export interface PlanPolicy {
  /** `pull` leaves the remote alone, `push` the root. */
  readonly direction: 'both' | 'pull' | 'push';
  readonly onConflict: 'hold' | Answer;
  readonly choices: readonly Choice[];
  /** Suffix of the names that `both` makes, e.g. `conflict-alice-20261120T193000Z`. */
  readonly conflictSuffix: string;
}

export interface PlanInput {
  readonly base: BaseTree;
  readonly local: LocalTree;
  readonly remote: RemoteTree;
  /** Paths of remote entries that were refused, and paths whose shard cannot be read: nothing may be concluded of them. */
  readonly refused: readonly Held[];
  /** Files that must not be touched in the root now: open and unsaved in an editor. */
  readonly busy?: ReadonlySet<string> | undefined;
  /** Why a path must not travel in either direction; null: it may. */
  readonly withheld?: (path: SyncPath) => string | null;
  /** All paths that are not the same in all three, and maybe some that are; else each is compared. */
  readonly candidates?: Iterable<SyncPath> | undefined;
  /** Whether it is known of all names on either side that no two contend for one place; else they are looked at. */
  readonly areNamesFree?: (() => boolean) | undefined;
  readonly policy: PlanPolicy;
}

/**
 * The three-way planner. Every path is decided by itself, by content alone; then what cannot stand together in the result is
 * held. Nothing is said of what is excluded or unknown here. Sorted by the UTF-8 bytes of the path.
 */
export function makePlan(input: PlanInput): Plan {
  const { base, local, remote, policy } = input;
  const refused = new Set(input.refused.map(({ path }) => path));
  const answer = answerer(input);
  const decided: Step[] = [];
  const found: { readonly conflict: Conflict; readonly answered: Step | null }[] = [];
  for (const path of input.candidates ?? everyPath(input)) {
    const versions = {
      path,
      base: base.get(path) ?? null,
      local: local.files.get(path) ?? null,
      remote: remote.get(path) ?? null,
    };
    const isWithheld = (input.withheld?.(path) ?? null) !== null;
    const kind = isWithheld ? whileWithheld(decide(versions)) : sinceIncluded(decide(versions), versions.base);
    if (kind === null || refused.has(path) || coveredBy(local.unknown, path) || local.isExcluded(path)) continue;
    const step = isConflict(kind) ? answer({ ...versions, reason: kind }) : { ...versions, kind };
    const isOpen = step === null || !isAllowed(step.kind, policy.direction);
    if (!isOpen) decided.push(step);
    // One that may not travel was answered in vain: it is told as held back, and deciding again changes nothing.
    if (isConflict(kind) && (isOpen || !isWithheld))
      found.push({ conflict: { ...versions, reason: kind }, answered: isOpen ? null : step });
  }
  const { steps, held } = holdColliding(input, decided);
  const done = new Set(steps);
  const byPath = (a: { path: string }, b: { path: string }) => compareByUtf8(a.path, b.path);
  return {
    steps: withReuse(steps, remote).toSorted(
      (a, b) => Number(CREATES.has(a.kind)) - Number(CREATES.has(b.kind)) || byPath(a, b),
    ),
    conflicts: found
      .filter(({ answered }) => answered === null || !done.has(answered))
      .map(({ conflict }) => conflict)
      .toSorted(byPath),
    held: [...input.refused.map(({ path, reason }) => ({ path, reason })), ...held].toSorted(byPath),
  };
}

/** Paths of the three that are not the same in all of them: few of many. */
function* everyPath({ base, local: { files }, remote }: PlanInput): Iterable<SyncPath> {
  for (const path of base.keys()) {
    const sha256 = hashIn(base, path);
    if (files.get(path)?.sha256 !== sha256 || remote.get(path)?.sha256 !== sha256) yield path;
  }
  for (const path of files.keys()) if (!base.has(path)) yield path;
  for (const path of remote.keys()) if (!base.has(path) && !files.has(path)) yield path;
}

/** Equal on both sides: adopt. Changed on one side: that side wins. Changed on both: a conflict. */
function decide({ base, local, remote }: PathVersions): StepKind | ConflictReason | null {
  const [b, l, r] = [base?.sha256, local?.sha256, remote?.sha256];
  if (l === r) {
    if (l === b) return null;
    return l === undefined ? 'forget' : 'adopt';
  }
  if (l === b) return r === undefined ? 'delete-local' : 'download';
  if (r === b) return l === undefined ? 'delete-remote' : 'upload';
  if (l === undefined) return 'deleted-here-changed-there';
  return r === undefined ? 'changed-here-deleted-there' : 'both-changed';
}

/** A deletion that comes to light because the rules take in a path again is a person's to carry out. */
function sinceIncluded(
  kind: StepKind | ConflictReason | null,
  base: BaseEntry | null,
): StepKind | ConflictReason | null {
  if (base?.excluded === undefined) return kind;
  if (kind === 'delete-local') return 'deleted-there-while-excluded';
  return kind === 'delete-remote' ? 'deleted-here-while-excluded' : kind;
}

/** Found equal while it may not travel is not yet in step: with a base, going here would then count as a deletion. */
const whileWithheld = (kind: StepKind | ConflictReason | null): StepKind | ConflictReason | null =>
  kind === 'adopt' ? null : kind;

const CONFLICTS: ReadonlySet<StepKind | ConflictReason> = new Set([
  'both-changed',
  'changed-here-deleted-there',
  'deleted-here-changed-there',
  'deleted-here-while-excluded',
  'deleted-there-while-excluded',
]);

const isConflict = (kind: StepKind | ConflictReason): kind is ConflictReason => CONFLICTS.has(kind);

const isAllowed = (kind: StepKind, direction: PlanPolicy['direction']): boolean =>
  !(direction === 'pull' && CHANGES_REMOTE.has(kind)) && !(direction === 'push' && CHANGES_ROOT.has(kind));

/** Gives the step that answers a conflict: a choice for the very versions that are there now, else the policy; null: hold it. */
function answerer({ base: known, local, remote, refused, policy }: PlanInput): (conflict: Conflict) => Step | null {
  const name = (path: string, here: string | null, there: string | null) => JSON.stringify([path, here, there]);
  const choices = new Map(policy.choices.map((c) => [name(c.path, c.localSha256, c.remoteSha256), c.answer]));
  let occupied: Set<string> | null = null;
  return ({ path, base, local: mine, remote: theirs }) => {
    const versions = { path, base, local: mine, remote: theirs };
    const answer = choices.get(name(path, mine?.sha256 ?? null, theirs?.sha256 ?? null)) ?? policy.onConflict;
    if (answer === 'hold') return null;
    const kind = kindOfAnswer(answer, mine !== null, theirs !== null);
    if (kind !== 'keep-both') return { ...versions, kind };
    const copyTo = copyName(path);
    return copyTo && { ...versions, kind, copyTo };
  };

  function copyName(path: SyncPath): SyncPath | null {
    // The base too: where it knows a path that is gone on both sides, a copy of that name would read as one to delete.
    occupied ??= occupiedKeys([
      ...known.keys(),
      ...local.files.keys(),
      ...remote.keys(),
      ...local.unknown.keys(),
      ...refused.map((entry) => entry.path),
    ]);
    const taken = occupied;
    const parsed = parseSyncPath(conflictName(path, policy.conflictSuffix, (free) => taken.has(collisionKey(free))));
    if (!parsed.ok) return null;
    taken.add(collisionKey(parsed.value));
    return parsed.value;
  }
}

/** A rename or copy is found in the commit being replaced, never in the base or in history, and costs no upload. */
function withReuse(steps: readonly Step[], remote: RemoteTree): readonly Step[] {
  const wanted = new Set(steps.flatMap(({ kind, local }) => (kind === 'upload' && local ? [local.sha256] : [])));
  if (wanted.size === 0) return steps;
  const byHash = new Map<string, Entry>();
  for (const entry of remote.values()) if (wanted.has(entry.sha256)) byHash.set(entry.sha256, entry);
  return steps.map((step) => {
    const reuse = step.kind === 'upload' && step.local ? byHash.get(step.local.sha256) : undefined;
    return reuse && reuse.size === step.local?.stamp.size ? { ...step, reuse } : step;
  });
}
