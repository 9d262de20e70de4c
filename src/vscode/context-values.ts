import { type FolderState, hasStatus } from './folder-state.ts';

/** What menus, enablement and welcome views ask of all folders of the window, by the name after `datastore.`. */
export function contextValues(states: readonly FolderState[]): Readonly<Record<string, boolean | string>> {
  const active = states.flatMap((state) => (state.kind === 'active' ? [state.status] : []));
  const syncing = active.filter((status) => !status.inPlace);
  return {
    state: welcomeOf(states),
    unfinished: states.some((state) => state.kind === 'not-set-up' && hasStatus(state)),
    active: active.length > 0,
    syncs: syncing.length > 0,
    s3: states.some(({ kind }) => ['asking', 'declined', 'broken'].includes(kind)) || syncing.length > 0,
    running: syncing.some((status) => !status.paused),
    paused: syncing.some((status) => status.paused),
    conflictsKnown: syncing.every((status) => status.looked),
    conflicts: active.some((status) => status.conflicts.length > 0),
    lockIsOurs: active.some((status) => status.lease !== null && status.lease.ours !== 'no'),
    lockIsHeld: active.some((status) => status.lease !== null && status.lease.ours !== 'this-process'),
  };
}

/** Which welcome an empty view shows: the first that needs the person. */
function welcomeOf(states: readonly FolderState[]): string {
  const isInPlace = (state: FolderState) => state.kind === 'active' && state.status.inPlace;
  const has = (kind: FolderState['kind'] | 'in-place') =>
    states.some((state) => (isInPlace(state) ? 'in-place' : state.kind) === kind);
  const isSignedOut = states.some((state) => state.kind === 'active' && state.status.failure?.kind === 'credentials');
  if (isSignedOut) return 'signed-out';
  const isOffline = states.some((state) => state.kind === 'active' && state.status.failure?.kind === 'offline');
  if (isOffline) return 'offline';
  if (states.some(isStopped)) return 'failed';
  if (states.some(isLooking)) return 'looking';
  const order = [
    'asking',
    'untrusted',
    'invalid',
    'broken',
    'active',
    'in-place',
    'declined',
    'unsupported',
    'loading',
  ] as const;
  const first = order.find(has) ?? (states.length === 0 ? 'no-folder' : 'not-set-up');
  const isBareUntrusted = states.every((state) => state.kind !== 'untrusted' || state.config === null);
  return first === 'untrusted' && isBareUntrusted ? 'not-set-up' : first;
}

/** By what has to be mended before anything can be shown. */
function isStopped(state: FolderState): boolean {
  if (state.kind !== 'active' || state.status.failure === null) return false;
  return !['locked', 'lease-lost', 'unknown-outcome', 'cancelled'].includes(state.status.failure.kind);
}

/** For the first time: what is there is not known yet. */
const isLooking = (state: FolderState): boolean =>
  state.kind === 'active' && !state.status.inPlace && !state.status.looked && state.status.failure === null;
