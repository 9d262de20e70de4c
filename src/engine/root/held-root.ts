import type { LocalFiles, StateFiles } from '../ports.ts';

/**
 * The same state folder, whose every change asks first whether this process still has its root: one that stood still until
 * another took it over would write the base of before, and a colleague's later change would look like ours.
 */
export function heldState(state: StateFiles, assertHeld: () => Promise<void>): StateFiles {
  return {
    ...state,
    async write(name, bytes, lasting) {
      await assertHeld();
      await state.write(name, bytes, lasting);
    },
    async remove(name, lasting) {
      await assertHeld();
      await state.remove(name, lasting);
    },
  };
}

/** The same root, whose every change asks first, too: a plan of before brings old versions back. */
export function heldFiles(files: LocalFiles, assertHeld: () => Promise<void>): LocalFiles {
  return {
    ...files,
    async intend(intents) {
      await assertHeld();
      await files.intend(intents);
    },
    async makeFolder(path, mode) {
      await assertHeld();
      await files.makeFolder(path, mode);
    },
    async setFolderMode(path, mode) {
      await assertHeld();
      await files.setFolderMode(path, mode);
    },
    async install(staged, path, expected) {
      await assertHeld();
      return files.install(staged, path, expected);
    },
    async remove(path, expected) {
      await assertHeld();
      return files.remove(path, expected);
    },
    async prune(path) {
      await assertHeld();
      await files.prune(path);
    },
    async duplicate(path, to, expected) {
      await assertHeld();
      return files.duplicate(path, to, expected);
    },
    async restore(...given) {
      await assertHeld();
      return files.restore(...given);
    },
    async setMark(mark, notes) {
      await assertHeld();
      await files.setMark(mark, notes);
    },
  };
}
