import type { Folder } from '../folder.ts';
import { faceOf } from '../folder-state.ts';
import type { DatastoreLease, DatastoreStatus } from './api-v1.ts';

/** What a folder is to other programs. */
export function describeFolder(folder: Folder): DatastoreStatus {
  const state = folder.state();
  const status = state.kind === 'active' ? state.status : null;
  const { uri, name } = folder.workspace;
  return {
    folder: uri,
    name,
    connected: status !== null,
    headline: faceOf(state).kind,
    root: folder.running()?.root ?? null,
    pending: status?.pending ?? null,
    conflicts: status?.conflicts.map(({ path }) => path) ?? [],
    problems: status?.problems.map(({ path, reason }) => ({ path, reason })) ?? [],
    lease: status?.lease ? describeLease(status.lease) : null,
    generation: status?.generation ?? null,
    lastSyncAt: status?.last?.at ?? null,
    failure: failureOf(folder),
  };
}

type Held = NonNullable<Extract<ReturnType<Folder['state']>, { kind: 'active' }>['status']['lease']>;

const WHOSE = { 'this-process': 'this-window', 'this-workspace': 'this-workspace', no: 'another' } as const;

function describeLease({ record, ours }: Held): DatastoreLease {
  const { holder, hostname, pid, tool, workspace, purpose, acquiredAt, renewedAt } = record;
  return { holder, hostname, pid, tool, workspace, purpose, acquiredAt, renewedAt, heldBy: WHOSE[ours] };
}

function failureOf(folder: Folder): DatastoreStatus['failure'] {
  const state = folder.state();
  if (state.kind === 'broken') return { kind: 'failed', message: state.message, remedy: state.remedy };
  if (state.kind !== 'active' || state.status.failure === null) return null;
  const { kind, message, remedy } = state.status.failure;
  return { kind, message, remedy };
}
