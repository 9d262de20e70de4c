import type { LocalFiles } from '../../src/engine/ports.ts';

/** Whatever is read is opened, where a test can stand in its way. */
export const oneByOne = (files: LocalFiles): LocalFiles => ({ ...files, readWhole: async () => {} });
