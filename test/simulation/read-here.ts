import type { WholeReader } from '../../src/adapters/fs/reading/whole-files.ts';
import type { LocalFiles } from '../../src/engine/ports.ts';

const TOGETHER = 4;

/** As threads read, on the thread that knows the simulated disk: some in one go, and others act between two of those. */
export const readHere =
  (read: WholeReader): LocalFiles['readWhole'] =>
  async (files, { keeps, onRead, signal }) => {
    for (let from = 0; from < files.length; from += TOGETHER) {
      await Promise.resolve();
      signal?.throwIfAborted();
      const some = files.slice(from, from + TOGETHER);
      const answer = read(
        some.map(({ path }) => path),
        keeps(),
      );
      for (const [index, { path }] of some.entries()) {
        const file = answer[index];
        if (file) onRead(path, file);
      }
    }
  };

/** What a machine of few files does, where nothing is worth a thread. */
export const leaveAll: LocalFiles['readWhole'] = async () => {};
