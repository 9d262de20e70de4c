import type { LockFile } from '../ports.ts';

/** The lock of somebody who only looks: no other process sees it, and nothing is written. `path` for people. */
export function unseenLock(path: string): LockFile {
  let held: string | null = null;
  return {
    path,
    machine: null,
    isAlive: () => true,
    async create(content) {
      if (held !== null) return false;
      held = content;
      return true;
    },
    read: async () => held,
    async beat(content) {
      held = content;
    },
    close() {},
    async moveAside() {
      if (held === null) return null;
      const content = held;
      held = null;
      return {
        content,
        async putBack() {
          held ??= content;
        },
        async drop() {},
      };
    },
    claim: () => unseenLock(path),
  };
}
