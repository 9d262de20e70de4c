import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRig, type Rig } from './harness.ts';

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterAll(() => rig.close());

test('a push loads one HTTP client, neither the SDK’s for HTTP/2 nor a third one that nobody uses', async () => {
  const workspace = await rig.workspace('loaded', { 'x.txt': 'X' });
  const loadedFile = path.join(rig.folder, 'loaded.json');
  const preload = pathToFileURL(path.join(import.meta.dirname, 'report-loaded.ts')).href;
  const ended = await rig.cli(workspace, ['push'], { NODE_OPTIONS: `--import=${preload}`, LOADED_FILE: loadedFile });
  expect(ended).toMatchObject({ code: 0 });
  const loaded = JSON.parse(await readFile(loadedFile, 'utf8')) as string[];
  expect(loaded).toContain('NativeModule http');
  expect(loaded.filter((name) => /undici|http2/.test(name))).toEqual([]);
});
