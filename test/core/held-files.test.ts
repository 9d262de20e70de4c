import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openHeldFiles } from '../../src/vscode/held-files.ts';

/* What is compared in a merge is what was there when it began, or nothing: also in the window after a reload. */

/** The storage of one workspace, over the windows that are opened on it. */
async function openWorkspace() {
  const folder = await mkdtemp(join(tmpdir(), 'datastore-held-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const kept = new Map<string, unknown>();
  return {
    names: () => readdir(folder),
    spoil: async (name: string) => writeFile(join(folder, name), 'others'),
    openWindow: () =>
      openHeldFiles({
        hashOf: async (content) => createHash('sha256').update(content).digest('hex'),
        // As VS Code keeps it: as JSON.
        memory: {
          get: (key) => kept.get(key),
          update: async (key, value) => void kept.set(key, JSON.parse(JSON.stringify(value))),
        },
        contents: {
          write: (name, content) => writeFile(join(folder, name), content),
          read: (name) => readFile(join(folder, name)),
          delete: (name) => rm(join(folder, name)),
        },
      }),
  };
}

const bytes = (text: string) => Buffer.from(text);
const textOf = (content: Uint8Array | null) => content && Buffer.from(content).toString();

it('what a merge began with is shown after a reload, whatever is merged since', async () => {
  const { openWindow } = await openWorkspace();
  const first = await openWindow().hold('ws', 'a.txt', bytes('mine of a'));
  const after = openWindow();
  const second = await after.hold('ws', 'b.txt', bytes('mine of b'));
  const third = await after.hold('ws', 'a.txt', bytes('mine of a, later'));
  expect(textOf(await after.read(first))).toBe('mine of a');
  expect(textOf(await after.read(second))).toBe('mine of b');
  expect(textOf(await after.read(third))).toBe('mine of a, later');
});

it('of another file or folder, and what does not have its hash any more, is refused', async () => {
  const { openWindow, names, spoil } = await openWorkspace();
  const held = openWindow();
  const file = await held.hold('ws', 'a.txt', bytes('mine'));
  expect(await held.read({ ...file, path: 'b.txt' })).toBeNull();
  expect(await held.read({ ...file, folder: 'other' })).toBeNull();
  for (const name of await names()) await spoil(name);
  expect(await held.read(file)).toBeNull();
});

it('what is decided is removed, but not what another file has too', async () => {
  const { openWindow, names } = await openWorkspace();
  const held = openWindow();
  const [a, b] = [await held.hold('ws', 'a.txt', bytes('same')), await held.hold('ws', 'b.txt', bytes('same'))];
  const c = await held.hold('other', 'c.txt', bytes('more'));
  await held.keepOnly('ws', new Set(['b.txt']));
  expect([await held.read(a), textOf(await held.read(b)), textOf(await held.read(c))]).toEqual([null, 'same', 'more']);
  await held.keepOnly('ws', new Set());
  expect(await held.read(b)).toBeNull();
  expect(await names()).toEqual([c.sha256]);
});

it('the oldest make room, by number and by size', async () => {
  const { openWindow, names } = await openWorkspace();
  const held = openWindow();
  const files = [];
  for (let nth = 0; nth < 40; nth += 1) files.push(await held.hold('ws', `${nth}.txt`, bytes(String(nth))));
  expect(await names()).toHaveLength(32);
  const found = await Promise.all(files.map((file) => held.read(file)));
  expect(found.map((content) => content !== null)).toEqual(files.map((_, nth) => nth >= 8));
  const large = await held.hold('ws', 'large.txt', new Uint8Array(64 * 1024 * 1024));
  expect(await names()).toEqual([large.sha256]);
});
