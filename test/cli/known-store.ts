import path from 'node:path';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import { type Capabilities, probeStore } from '../../src/engine/remote/probe.ts';
import { createBaseStore } from '../../src/engine/state/base-store.ts';
import type { Place } from './place.ts';
import { storeOn } from './sides.ts';

/**
 * Probes the store once, and notes what it found for any number of workspaces, as `datastore doctor` does: their first writes need not
 * try the store again with some hundred requests each.
 */
export function openKnownStore(
  place: Place,
  stateHome: string,
): (workspace: string, prefix: string, root?: string) => Promise<void> {
  let probing: Promise<Capabilities> | null = null;
  return async (workspace, prefix, root = 'data') => {
    probing ??= probe(place);
    const state = openStateFiles(path.join(workspace, root), {
      env: { XDG_STATE_HOME: stateHome },
      platform: process.platform,
      home: stateHome,
    });
    const store = storeOn(place, prefix);
    await createBaseStore(state).setWholeProbe({ remote: store.name, capabilities: await probing });
    store.close();
  };
}

async function probe(place: Place): Promise<Capabilities> {
  const store = storeOn(place, 'known-store');
  try {
    return await probeStore({ store, clock: systemClock, ids: systemIds, codec: nodeCodec }, 'small');
  } finally {
    store.close();
  }
}
