import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { emptyScan, scanRoot } from '../../src/engine/root/scan.ts';
import { openSandbox } from './fs/sandbox.ts';

/* What an earlier look has read is taken over where it surely is what is there. */

const none = () => false;

test.each([
  { what: 'old enough when it was read', later: 10_000, grown: 0, isTaken: true },
  { what: 'as young as its reading', later: 0, grown: 0, isTaken: false },
  { what: 'another since', later: 10_000, grown: 1, isTaken: false },
])('a file that was $what: taken over is $isTaken', async ({ later, grown, isTaken }) => {
  const { files, ...box } = openSandbox();
  box.write('a', 'content');
  const first = await scanRoot(files, new Map(), none, nodeCodec);
  const [entry] = first.files.values();
  if (entry === undefined) throw new Error('it was not found');
  const stamp = { ...entry.stamp, size: entry.stamp.size - grown };
  const seen = {
    ...emptyScan(none, new Map()),
    at: entry.stamp.mtime + later,
    files: new Map([[entry.path, { ...entry, stamp, sha256: nodeCodec.sha256(new TextEncoder().encode('seen')) }]]),
  };
  const { files: found } = await scanRoot(files, new Map(), none, nodeCodec, { seen });
  expect(found.get(entry.path)?.sha256).toBe(isTaken ? seen.files.get(entry.path)?.sha256 : entry.sha256);
});
