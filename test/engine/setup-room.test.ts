import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runSetup } from '../../src/engine/setup/setup.ts';
import { folder, mortality, openWorld, s3, type World } from './setup-world.ts';

/* Room is asked for what is still to go to a folder, and for nothing else. */

const OPTIONS = { skipMigration: false, deleteSource: false, dryRun: false };
const dead = async (): Promise<never> => {
  throw new Error('dead');
};

/** Ten files of 1000 bytes, and a machine with so much room. */
function world(to: (opened: World) => ReturnType<typeof folder>) {
  const opened = openWorld();
  const x = path.join(opened.workspace, 'x');
  mkdirSync(x);
  for (let index = 0; index < 10; index += 1) writeFileSync(path.join(x, `f${index}`), Buffer.alloc(1000, index));
  const target = to(opened);
  const parts = opened.parts(folder(x), target, mortality(Number.MAX_SAFE_INTEGER));
  const asked: string[] = [];
  const withRoom = (bytes: number) => {
    const freeBytes = async (at: string): Promise<number> => {
      asked.push(at);
      return bytes;
    };
    return { ...parts, machine: { ...parts.machine, freeBytes } };
  };
  return { ...opened, target, withRoom, asked };
}

test('going on where the disk only just sufficed: what is there already needs no room', async () => {
  const { withRoom, top } = world(({ top: at }) => folder(path.join(at, 'y')));
  const first = withRoom(10_000);
  await expect(runSetup({ ...first, files: { ...first.files, writeConfig: dead } }, OPTIONS)).rejects.toThrow('dead');
  expect(await runSetup(withRoom(0), OPTIONS)).toMatchObject({ stopped: null, files: 10 });
  expect(readdirSync(path.join(top, 'y'))).toEqual(expect.arrayContaining(['f0', 'f9']));
});

test('what is there with another size needs its room', async () => {
  const { withRoom, top } = world(({ top: at }) => folder(path.join(at, 'y')));
  mkdirSync(path.join(top, 'y'));
  writeFileSync(path.join(top, 'y', 'f0'), 'short');
  await expect(runSetup(withRoom(9999), OPTIONS)).rejects.toMatchObject({
    message: expect.stringContaining('10 kB are to go there'),
  });
});

test.each([false, true])(
  'another root of a bucket is asked for room before anything is copied (dry run: %s)',
  async (dryRun) => {
    const { withRoom, workspace, noteProbe, target, asked } = world(() => s3('new', 'data'));
    await noteProbe(target);
    await expect(runSetup(withRoom(9999), { ...OPTIONS, dryRun })).rejects.toMatchObject({
      kind: 'local',
      message: expect.stringMatching(/data has .* free, and 10 kB are to go there/),
    });
    expect(asked).toEqual([path.join(workspace, 'data')]);
    expect(readdirSync(workspace)).not.toContain('data');
    expect(await runSetup(withRoom(10_000), OPTIONS)).toMatchObject({ stopped: null, files: 10 });
  },
);
