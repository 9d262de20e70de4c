import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import type { HashedFile, LocalFiles, OpenFile } from '../../src/engine/ports.ts';
import { hashFile } from '../../src/engine/root/scan.ts';
import { openWorld } from '../support/replica.ts';

/* Files of a pack that are no longer in memory are read together; what does not come as it was planned is opened. */

const NONE_KEPT = { fileBytes: 1_000, packBytes: 10_000, files: 10, keptBytes: 0 };
const PATHS = ['a', 'b', 'c'];

const ways: Record<string, readonly [(file: HashedFile) => HashedFile | null, opens: number]> = {
  'all of it': [(file) => file, 0],
  nothing: [() => null, PATHS.length],
  'hashes alone': [(file) => ({ ...file, bytes: null }), PATHS.length],
  'of another time': [(file) => ({ ...file, stamp: { ...file.stamp, ctime: 1 } }), PATHS.length],
  'of another content': [(file) => ({ ...file, sha256: nodeCodec.sha256(new Uint8Array(7)) }), PATHS.length],
};

test.each(Object.entries(ways))('%s', async (_what, [given, opens]) => {
  const world = openWorld({ packs: NONE_KEPT });
  const bob = world.replica('bob');
  for (const path of PATHS) bob.write(path, `text of ${path}`);
  let opened = 0;
  bob.restart({
    files: (files) => ({
      ...files,
      readWhole: readEach(files, given),
      open: async (path): Promise<OpenFile> => {
        opened += 1;
        return files.open(path);
      },
    }),
  });
  expect(await bob.sync()).toMatchObject({ uploaded: PATHS.length });
  expect(await world.remoteFiles()).toEqual(bob.files());
  // Each was opened once to plan.
  expect(opened).toBe(PATHS.length + opens);
});

const readEach =
  (files: LocalFiles, given: (file: HashedFile) => HashedFile | null): LocalFiles['readWhole'] =>
  async (list, { keeps, onRead }) => {
    for (const { path } of list) {
      const file = await hashFile(files, path, nodeCodec);
      const answer = typeof file === 'string' || !keeps() ? null : given(file);
      if (answer) onRead(path, answer);
    }
  };
