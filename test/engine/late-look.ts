import type { LocalFiles } from '../../src/engine/ports.ts';

/** Looks so late that no file is as young as to be read again. */
export const lookingLate = (files: LocalFiles): LocalFiles => ({
  ...files,
  async walk(...given) {
    const walk = await files.walk(...given);
    return { ...walk, at: walk.at + 10_000 };
  },
});
