import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, type TestContext, test } from 'vitest';
import { openRig, type Rig } from './harness.ts';
import { expectRefused } from './refusal.ts';
import { tree } from './sides.ts';
import { swamp } from './swamp.ts';

/* Folders that take no files, or not all of them. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterAll(() => rig.close());

describe('a folder', () => {
  const to = (folder: string, ...more: string[]) => ['setup', 'filesystem', '--path', folder, ...more];

  test('that is to be left and deleted in one', async () => {
    const workspace = await swamp(rig);
    const refusal = { code: 2, kind: 'usage', says: '--delete-source', remedy: 'one of them' };
    const args = to(path.join(rig.folder, 'both'), '--skip-migration', '--delete-source');
    await expectRefused(rig, { workspace, prefix: 'both', args }, refusal);
  });

  test('that is a file', async () => {
    const workspace = await swamp(rig);
    await writeFile(path.join(workspace, 'file'), 'x');
    const refusal = { code: 2, kind: 'config', says: 'cannot be used', remedy: 'real folder' };
    await expectRefused(rig, { workspace, prefix: 'f', args: to('file') }, refusal);
  });

  test('with other contents at the same path stops it, and nothing there is touched', async () => {
    const [workspace, place] = [await swamp(rig), await mkdtemp(path.join(rig.folder, 'place-'))];
    mkdirSync(path.join(place, 'a'));
    writeFileSync(path.join(place, 'a/f0'), 'theirs');
    const before = [tree(workspace), tree(place)];
    const ended = await rig.cli(workspace, to(place, '--json'));
    expect([ended.code, ended.json()]).toMatchObject([
      3,
      { ok: false, conflicts: ['a/f0'], error: { kind: 'conflicts' } },
    ]);
    expect([tree(workspace), tree(place)]).toEqual(before);
    const remedy = expect.stringContaining(`go on with it: datastore setup filesystem --path ${place}`);
    const status = async () => (await rig.cli(workspace, ['status', '--json'])).json();
    const setUp = async () => (await rig.cli(workspace, ['doctor', '--json'])).json();
    expect(await status()).toMatchObject({ unfinishedSetup: { step: { number: 2 }, files: null, remedy } });
    expect(await setUp()).toMatchObject({
      lines: expect.arrayContaining([expect.objectContaining({ topic: 'set-up', level: 'warning', remedy })]),
    });
    writeFileSync(path.join(place, 'a/f0'), 'content 0');
    expect((await rig.cli(workspace, to(place, '--json'))).json()).toMatchObject({ ok: true, files: 12 });
    expect(await status()).not.toHaveProperty('unfinishedSetup');
    expect(JSON.stringify(await setUp())).not.toContain('"set-up"');
  });

  test('without room for the files', async (context) => {
    const [workspace, place] = [await swamp(rig), path.join(rig.folder, 'small')];
    mountSmall(context, place);
    writeFileSync(path.join(workspace, '.swamp/large'), Buffer.alloc(400_000, 'x'));
    const refusal = { code: 1, kind: 'local', says: 'free, and 400 kB are to go there', remedy: 'Free some space' };
    await expectRefused(rig, { workspace, prefix: 'small', args: to(place) }, refusal);
    expect(tree(place)).toEqual({});
  });

  test('that fills up on the way: what was copied stays for the next run', async (context) => {
    const [workspace, place] = [await swamp(rig), path.join(rig.folder, 'filling')];
    mountSmall(context, place);
    // Many small files take more room than their bytes.
    for (let index = 0; index < 150; index += 1) writeFileSync(path.join(workspace, `.swamp/s${index}`), 'x');
    const before = tree(workspace);
    const ended = await rig.cli(workspace, to(place, '--json'));
    expect([ended.code, ended.json()]).toMatchObject([
      1,
      { error: { kind: 'local', details: { isConfigured: false } } },
    ]);
    expect(ended.stderr).toContain('of 162 files');
    expect(tree(workspace)).toEqual(before);
    execFileSync('mount', ['-o', 'remount,size=8m', place]);
    expect((await rig.cli(workspace, to(place, '--json'))).json()).toMatchObject({ ok: true, files: 162 });
  });

  test('a workspace that cannot be written is found before anything is moved', async (context) => {
    const [workspace, place] = [await swamp(rig), path.join(rig.folder, 'unwritable')];
    bindReadOnly(context, workspace);
    const refusal = { code: 1, kind: 'local', says: '.datastore.yaml` could not be written', remedy: 'writable' };
    await expectRefused(rig, { workspace, prefix: 'ro', args: to(place) }, refusal);
  });

  test('that somebody works in is left to them', async () => {
    const [one, other] = [await swamp(rig, 0), await swamp(rig, 0)];
    const place = await mkdtemp(path.join(rig.folder, 'shared-'));
    writeFileSync(path.join(place, 'a'), 'A');
    for (const workspace of [one, other])
      await writeFile(
        path.join(workspace, '.datastore.yaml'),
        `type: filesystem\npath: ${place}\nlock: { waitSeconds: 0 }\n`,
      );
    const holder = rig.start(one, ['lock', 'acquire']);
    await holder.printed('Held by');
    const refusal = { code: 4, kind: 'locked', says: 'lock acquire', remedy: 'Wait' };
    await expectRefused(rig, { workspace: other, prefix: 'shared', args: to('moved') }, refusal);
    holder.process.kill('SIGINT');
    await holder.ended;
    expect((await rig.cli(other, to('moved', '--json'))).json()).toMatchObject({ ok: true, files: 1 });
    expect(Object.keys(tree(path.join(other, 'moved')))).toEqual(['a']);
  });

  test('that somebody works in is waited for, and who that is is said once', async () => {
    const [one, other] = [await swamp(rig, 0), await swamp(rig, 0)];
    const place = await mkdtemp(path.join(rig.folder, 'awaited-'));
    writeFileSync(path.join(place, 'a'), 'A');
    for (const workspace of [one, other])
      await writeFile(path.join(workspace, '.datastore.yaml'), `type: filesystem\npath: ${place}\n`);
    const holder = rig.start(one, ['lock', 'acquire']);
    await holder.printed('Held by');
    const waiting = rig.start(other, to('moved', '--json'));
    const said = `Waiting: datastore-sync/cli, process ${holder.process.pid} on `;
    await waiting.printed(said);
    holder.process.kill('SIGINT');
    const ended = await waiting.ended;
    expect([ended.code, ended.json()]).toMatchObject([0, { files: 1 }]);
    expect(ended.stderr.split(said)).toHaveLength(2);
    expect(ended.stderr).toContain(`: lock acquire, has the lock of ${place}.`);
  });

  test('links and what is excluded stay in the old one', async () => {
    const [workspace, place] = [await swamp(rig), path.join(rig.folder, 'linked')];
    symlinkSync('/etc/hostname', path.join(workspace, '.swamp/link'));
    writeFileSync(path.join(workspace, '.swamp/x.tmp'), 'x');
    await writeFile(path.join(workspace, '.swamp.yaml'), 'datastore: { type: filesystem, exclude: ["*.tmp"] }\n');
    const ended = await rig.cli(workspace, to(place, '--delete-source', '--json'));
    expect([ended.code, ended.json()]).toMatchObject([
      0,
      { files: 12, notes: [expect.anything(), expect.stringContaining('stays')] },
    ]);
    expect(Object.keys(tree(path.join(workspace, '.swamp')))).toEqual(['link', 'x.tmp']);
  });
});

/** A file system of 256 KiB; left out, with the reason, where it cannot be mounted. */
function mountSmall(context: TestContext, folder: string): void {
  mount(context, folder, ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
}

function bindReadOnly(context: TestContext, folder: string): void {
  mount(context, folder, ['--bind', folder, folder]);
  execFileSync('mount', ['-o', 'remount,ro,bind', folder]);
}

function mount(context: TestContext, folder: string, words: readonly string[]): void {
  const isRoot = process.geteuid?.() === 0;
  try {
    if (!isRoot) throw new Error('only root can mount a filesystem');
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', words, { stdio: 'pipe' });
  } catch (error) {
    if (isRoot && process.env['CI'] === 'true') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.warn(`skipped: ${context.task.name}: ${reason}`);
    context.skip(reason);
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
}
