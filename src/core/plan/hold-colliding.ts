import { findCollisions } from '../paths/collisions.ts';
import { collisionKey, foldersAbove } from '../paths/sync-path.ts';
import type { Held, PlanInput, Step } from './plan.ts';
import { CHANGES_REMOTE, CHANGES_ROOT, CREATES, DELETES } from './step-kinds.ts';

/** Why a step is held that would change a file which is `busy`. */
export const UNSAVED = 'it is open and unsaved in an editor';

/**
 * Takes out the steps that cannot be done beside what stands, on either side, once all others are done. A held step leaves
 * what it would have removed, which can stand in the way of more: so this repeats until nothing more is held. `already` are
 * steps that are held for another reason.
 */
export function holdColliding(
  input: PlanInput,
  steps: readonly Step[],
  already: ReadonlyMap<Step, string> = new Map(),
): { readonly steps: readonly Step[]; readonly held: readonly Held[] } {
  const held = new Map<Step, string>(already);
  for (const step of steps) {
    const reason = CHANGES_ROOT.has(step.kind) || CHANGES_REMOTE.has(step.kind) ? input.withheld?.(step.path) : null;
    if (reason) held.set(step, reason);
    if (input.busy?.has(step.path) && CHANGES_ROOT.has(step.kind)) held.set(step, UNSAVED);
  }
  holdRoomMakers(steps, held);
  while (steps.some((step) => CREATES.has(step.kind) && !held.has(step))) {
    if (input.areNamesFree?.() === true) break;
    const collisions = findCollisions(resulting(input, steps, held));
    const before = held.size;
    for (const step of steps) {
      const reason = collisions.get(step.path);
      if (reason !== undefined && CREATES.has(step.kind) && !held.has(step)) held.set(step, reason);
    }
    if (held.size === before || !holdRoomMakers(steps, held)) break;
  }
  return {
    steps: steps.filter((step) => !held.has(step)),
    held: [...held].map(([{ path }, reason]) => ({ path, reason })),
  };
}

/** Every path that exists on either side afterwards, and whatever else stands there. Copies are not: their names are free. */
function resulting({ local, remote, refused }: PlanInput, steps: readonly Step[], held: ReadonlyMap<Step, string>) {
  const paths = new Set<string>([...local.files.keys(), ...remote.keys()]);
  for (const step of steps) if (DELETES.has(step.kind) && !held.has(step)) paths.delete(step.path);
  for (const path of local.unknown.keys()) paths.add(path);
  for (const { path } of refused) paths.add(path);
  return paths;
}

/**
 * A deletion that makes room for a held step is held with it: a file replaced by a folder, a folder by a file, a name by its
 * twin. Else one half of a colleague's move would happen without the other. Whether any was.
 */
function holdRoomMakers(steps: readonly Step[], held: Map<Step, string>): boolean {
  const places = new Map<string, string>();
  const above = new Map<string, string>();
  for (const { path, kind } of held.keys()) {
    if (!CREATES.has(kind)) continue;
    places.set(collisionKey(path), path);
    for (const folder of foldersAbove(path)) above.set(collisionKey(folder), path);
  }
  const before = held.size;
  for (const step of places.size === 0 ? [] : steps) {
    if (!DELETES.has(step.kind) || held.has(step)) continue;
    const key = collisionKey(step.path);
    const within = foldersAbove(key).find((folder) => places.has(folder));
    const waits = places.get(key) ?? above.get(key) ?? (within === undefined ? undefined : places.get(within));
    if (waits !== undefined) held.set(step, `it makes room for "${waits}", which is held`);
  }
  return held.size > before;
}
