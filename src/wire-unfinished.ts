import { realpathSync } from 'node:fs';
import path from 'node:path';
import { openStateFiles } from './adapters/fs/state-files.ts';
import type { Config } from './core/config/config.ts';
import { isSameRoot } from './core/config/same-place.ts';
import { isCurrent, type UnfinishedSetup } from './core/setup/unfinished.ts';
import type { StateFiles } from './engine/ports.ts';
import { readNote } from './engine/setup/setup-note.ts';

/** What the set-ups of a workspace (absolute) keep on this machine. */
export const openSetupState = (workspace: string): StateFiles =>
  openStateFiles(path.join(realpathSync.native(workspace), '.datastore.yaml'));

/** The set-up of a workspace that can be gone on with; `now`: its configuration, null for none. SyncError('local'). */
export async function readUnfinished(workspace: string, now: Config | null): Promise<UnfinishedSetup | null> {
  const note = await readNote(openSetupState(workspace));
  return note !== null && isCurrent(note, now) ? { ...note, isConfigured: isSameRoot(note.to, now) } : null;
}
