import type { Clock } from '../engine/ports.ts';
import { openWatcher } from './fs/watcher.ts';

const NAMES: readonly string[] = ['.datastore.yaml', '.swamp.yaml'];

/** An editor saves in several steps. */
const SETTLE_MS = 300;

/** Watches the files of a workspace (absolute) that carry its configuration, also one that is not there yet. Gives what ends it. */
export function watchConfig(
  workspace: string,
  clock: Clock,
  changed: () => void,
  failed: (reason: string) => void,
): () => Promise<void> {
  const isOther = (path: string, isFolder: boolean): boolean => isFolder || !NAMES.includes(path);
  return openWatcher(workspace, { settleMs: SETTLE_MS }, clock).watch(isOther, changed, failed);
}
