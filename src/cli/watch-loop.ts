import { SyncError } from '../core/errors.ts';
import type { Coordinator } from '../engine/coordinator/coordinator.ts';
import type { WatchEvents, WatchHandle } from './host.ts';

/** Tells what a coordinator does, from its status; starts it. */
export function followCoordinator(coordinator: Coordinator, events: WatchEvents): WatchHandle {
  let { last, failure } = coordinator.status();
  coordinator.onChange((status) => {
    if (status.progress !== null) events.onProgress(status.progress);
    if (status.last !== last && status.last !== null) events.synced(status.last.report);
    if (status.failure !== failure && status.failure !== null) {
      const { kind, message, remedy } = status.failure;
      events.failed(new SyncError(kind, message, remedy));
    }
    ({ last, failure } = status);
  });
  coordinator.start();
  return { stop: () => coordinator.dispose() };
}
