import type { StateFiles } from '../ports.ts';

/** The same records for somebody who only looks: what is written is known to this process, and to nobody else. */
export function unwrittenState(state: StateFiles): StateFiles {
  /** Null: removed. */
  const changed = new Map<string, Uint8Array | null>();
  return {
    folder: state.folder,
    read: async (name) => (changed.has(name) ? (changed.get(name) ?? null) : state.read(name)),
    write: async (name, bytes) => void changed.set(name, bytes),
    remove: async (name) => void changed.set(name, null),
  };
}
