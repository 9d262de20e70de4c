import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contents, openRig, type Rig, write } from './harness.ts';

/* A watch that goes on while its configuration changes. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterAll(() => rig.close());

/** A watch at work, its configuration, and what a colleague sees of it. */
async function watching(prefix: string, more: string) {
  const [ours, theirs] = [await rig.workspace(prefix, { a: '1' }, more), await rig.workspace(prefix)];
  const file = path.join(ours, '.datastore.yaml');
  const watch = rig.start(ours, ['watch', '--json-events']);
  await watch.printed('"event":"synced"');
  const seen = async (): Promise<readonly string[]> => {
    await rig.cli(theirs, ['pull', '--json']);
    return Object.keys(await contents(theirs));
  };
  const arrives = async (name: string): Promise<void> => {
    while (!(await seen()).includes(name)) await sleep(100);
  };
  const stop = async () => {
    watch.process.kill('SIGINT');
    return (await watch.ended).code;
  };
  return { ours, file, watch, seen, arrives, stop, text: readFileSync(file, 'utf8') };
}

test('takes in what is no longer excluded, whether the file was written to or replaced', async () => {
  const { ours, file, text, watch, arrives, seen, stop } = await watching('taken', 'exclude: [b, c]');
  await write(ours, { b: '2', c: '3' });
  writeFileSync(file, text.replace('[b, c]', '[c]'));
  await watch.printed('"event":"configured"');
  await arrives('b');
  expect(await seen()).toEqual(['a', 'b']);
  writeFileSync(`${file}.new`, text.replace('exclude: [b, c]', ''));
  await rename(`${file}.new`, file);
  await arrives('c');
  expect(await stop()).toBe(0);
});

test('stands still while its configuration has mistakes or is gone, and says so', async () => {
  const { ours, file, text, watch, arrives, stop } = await watching('mistakes', '');
  appendFileSync(file, 'exclude: {');
  await watch.printed('"kind":"config"');
  // A folder above that is one, too, is another's.
  writeFileSync(path.join(rig.folder, '.datastore.yaml'), text);
  await rm(file);
  await watch.printed('"kind":"not-set-up"');
  await write(ours, { b: '2' });
  writeFileSync(file, text);
  await watch.printed('"event":"configured"');
  await arrives('b');
  expect(await stop()).toBe(0);
});

test('ends when a folder used in place is configured', async () => {
  const { file, watch } = await watching('place', '');
  const place = await mkdtemp(path.join(rig.folder, 'place-'));
  writeFileSync(file, `type: filesystem\npath: ${place}\n`);
  const { code, stdout } = await watch.ended;
  expect([code, stdout]).toEqual([0, expect.stringContaining(`"path":"${place}"`)]);
});
