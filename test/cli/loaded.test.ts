import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRig, type Rig } from './harness.ts';

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterAll(() => rig.close());

/** All that Node itself has loaded for this command, which must succeed. */
async function loadedBy(workspace: string, words: readonly string[]): Promise<string[]> {
  const loadedFile = path.join(rig.folder, 'loaded.json');
  const preload = pathToFileURL(path.join(import.meta.dirname, 'report-loaded.ts')).href;
  const ended = await rig.cli(workspace, words, { NODE_OPTIONS: `--import=${preload}`, LOADED_FILE: loadedFile });
  expect(ended).toMatchObject({ code: 0 });
  const loaded = JSON.parse(await readFile(loadedFile, 'utf8')) as string[];
  expect(loaded).toContain('NativeModule http');
  return loaded;
}

test('a push loads one HTTP client, neither the SDK’s for HTTP/2 nor a third one that nobody uses', async () => {
  const loaded = await loadedBy(await rig.workspace('loaded', { 'x.txt': 'X' }), ['push']);
  expect(loaded.filter((name) => /undici|http2/.test(name))).toEqual([]);
});

test('a cycle with nothing to do loads nothing of Node that only others need', async () => {
  const workspace = await rig.workspace('step', { 'x.txt': 'X' });
  expect(await rig.cli(workspace, ['push'])).toMatchObject({ code: 0 });
  const loaded = await loadedBy(workspace, ['sync']);
  expect(loaded.filter((name) => /zlib|child_process|perf_hooks/.test(name))).toEqual([]);
});
