import { heldFiles, heldState } from '../root/held-root.ts';
import type { Folders, SetupParts } from './setup-ports.ts';

/**
 * The same parts, whose every change asks first whether this set-up still has its workspace and its folders: one that stood still
 * until another took over would take away what is the datastore by now. A search through a whole folder hears `signal`.
 */
export function heldParts(
  parts: SetupParts,
  assertHeld: () => Promise<void>,
  signal: AbortSignal | undefined,
): SetupParts {
  const { files } = parts;
  return {
    ...parts,
    folders: heldFolders(parts.folders, assertHeld, signal),
    state: heldState(parts.state, assertHeld),
    openState: (config) => heldState(parts.openState(config), assertHeld),
    files: {
      ...files,
      async writeConfig(changes) {
        await assertHeld();
        return files.writeConfig(changes);
      },
      async ignore(lines) {
        await assertHeld();
        await files.ignore(lines);
      },
    },
  };
}

function heldFolders(folders: Folders, assertHeld: () => Promise<void>, signal: AbortSignal | undefined): Folders {
  return {
    ...folders,
    relation: (one, other, tries) => folders.relation(one, other, tries, signal),
    open(folder) {
      const files = heldFiles(folders.open(folder), assertHeld);
      return {
        ...files,
        async sweep() {
          await assertHeld();
          return files.sweep();
        },
        async dropAsideOf(name, sha256) {
          await assertHeld();
          return files.dropAsideOf(name, sha256);
        },
      };
    },
    async unmark(folder) {
      await assertHeld();
      await folders.unmark(folder);
    },
    async move(folder, name) {
      await assertHeld();
      return folders.move(folder, name);
    },
    async tidy(folder) {
      await assertHeld();
      await folders.tidy(folder);
    },
    async drop(folder, letGo) {
      await assertHeld();
      return folders.drop(folder, letGo);
    },
    async settleDrop(folder) {
      await assertHeld();
      return folders.settleDrop(folder);
    },
  };
}
