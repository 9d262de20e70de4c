import { INITIAL_STATUS, reduceStatus, type StatusEvent, type SyncStatus } from '../../core/status/sync-status.ts';

/** The one status of a folder, and who follows it. */
export interface StatusBoard {
  readonly now: () => SyncStatus;
  readonly tell: (event: StatusEvent) => void;
  /** The returned function ends the subscription. */
  readonly onChange: (listener: (status: SyncStatus) => void) => () => void;
}

export function openStatusBoard(first: SyncStatus = INITIAL_STATUS): StatusBoard {
  const listeners = new Set<(status: SyncStatus) => void>();
  let status = first;
  return {
    now: () => status,
    tell(event) {
      const next = reduceStatus(status, event);
      if (next === status) return;
      status = next;
      for (const listener of listeners) listener(status);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
