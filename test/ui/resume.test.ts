import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawn } from '../support/drawn.ts';
import type { Workbench } from '../support/vscode-server/workbench.ts';
import { picture } from './picture.ts';
import { connect, describeUi, type Stage, setStage } from './stage.ts';

const FILES = 12;
/** Those that arrive before the window goes. */
const ARRIVE = 5;
/** Each travels by itself, and what has arrived is noted down after each. */
const SIZE = 1_200_000;

/** Contents of files. */
const CONTENT = /objects\//;

describeUi('work that is cut off', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  const endings: readonly (readonly [string, (window: Workbench, folder: string) => Promise<void>])[] = [
    [
      'a window that is loaded anew',
      async (window) => {
        await window.page.reload();
      },
    ],
    [
      'an extension host that is killed',
      async (_, folder) => {
        process.kill(await hostOf(folder), 'SIGKILL');
      },
    ],
  ];
  it.each(endings)('goes on by itself after %s, and sends nothing again that has arrived', async (name, end) => {
    const { requests, faults } = stage.rig.server;
    const sent = () =>
      requests.log.filter(
        ({ operation, key, status }) => operation === 'PutObject' && CONTENT.test(key) && status === 200,
      ).length;
    const prefix = name.replaceAll(/\W+/g, '-');
    const files = Array.from(
      { length: FILES },
      (_, n) => [`big-${n}.txt`, Buffer.from(drawn(SIZE, n)).toString('base64')] as const,
    );
    const folder = await stage.rig.workspace(prefix, Object.fromEntries(files), 'lock: { ttlSeconds: 3 }');
    const window = await stage.open(folder);
    requests.reset();
    faults.add({
      match: { operation: 'PutObject', key: CONTENT, after: ARRIVE },
      fault: { kind: 'hang', when: 'before' },
    });
    await connect(window);
    await window.statusBarItem(/syncing, 5 of 12 files/);
    expect(sent()).toBe(ARRIVE);
    await picture(window, `cut-off-${prefix}`);

    faults.clear();
    await end(window, folder);
    await window.waitReady();
    await window.statusBarItem(/in step/, 90_000);
    expect(sent()).toBe(FILES);
    expect(
      await window.notifications.list().then((all) => all.filter(({ message }) => message.includes('atastore'))),
    ).toEqual([]);
    for (const [path, text] of files.slice(0, 3))
      expect((await stage.rig.cli(folder, ['cat', path])).stdout).toBe(text);
    await window.close();
  });
});

/** The process that holds the shared folder. */
async function hostOf(folder: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(join(folder, 'data', '.datastore-staging', 'lock'), 'utf8')) as {
    pid: number;
  };
  return pid;
}
