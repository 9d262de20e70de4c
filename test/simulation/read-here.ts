import type { WholeReader } from '../../src/adapters/fs/reading/whole-files.ts';
import type { LocalFiles } from '../../src/engine/ports.ts';

/** As threads read, on the thread that knows the simulated disk: each in one go, and others act between two of them. */
export const readHere =
  (read: WholeReader): LocalFiles['readWhole'] =>
  async (files, { keeps, onRead, signal }) => {
    for (const { path } of files) {
      await Promise.resolve();
      signal?.throwIfAborted();
      const [file] = read([path], keeps());
      if (file) onRead(path, file);
    }
  };

/** What a machine of few files does, where nothing is worth a thread. */
export const leaveAll: LocalFiles['readWhole'] = async () => {};
