import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRig, type Rig, write } from './harness.ts';

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterAll(() => rig.close());

test('versions that syncs kept are named when their root comes to be used in place, and as long as they lie there', async () => {
  const a = await rig.workspace('kept', { x: '1', y: '1' });
  await rig.cli(a, ['sync']);
  const b = await rig.workspace('kept');
  await rig.cli(b, ['sync']);
  await write(a, { x: '22' });
  await rig.cli(a, ['sync']);
  await rig.cli(b, ['sync']);
  const root = path.join(b, 'data');
  const setup = ['setup', 'filesystem', '--path', 'data', '--json'];
  const told = { notes: expect.arrayContaining([expect.stringMatching(/^1 replaced file kept in .*datastore undo/)]) };
  expect((await rig.cli(b, [...setup, '--dry-run'])).json()).toMatchObject(told);
  expect((await rig.cli(b, setup)).json()).toMatchObject(told);

  const remedy = `1 replaced file: copy back what you want from ${root}/.datastore-staging, then delete that.`;
  for (const more of [[], ['--dry-run']]) {
    const { code, stderr } = await rig.cli(b, ['undo', ...more]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(remedy)]);
  }
  const lines = (await rig.cli(b, ['doctor', '--json'])).json();
  expect(lines).toMatchObject({
    ok: true,
    lines: expect.arrayContaining([
      expect.objectContaining({ topic: 'staging', level: 'note', remedy }),
      expect.objectContaining({ topic: 'state folder', level: 'ok' }),
    ]),
  });
});

test('where nothing was kept, nothing is told of it', async () => {
  const workspace = await rig.workspace('none', { x: '1' });
  await rig.cli(workspace, ['sync']);
  const { notes } = (await rig.cli(workspace, ['setup', 'filesystem', '--path', 'data', '--json'])).json() as {
    notes: readonly string[];
  };
  expect(notes.join('\n')).not.toContain('replaced');
  const undone = await rig.cli(workspace, ['undo']);
  expect(undone).toMatchObject({ code: 2, stderr: expect.stringContaining('There is nothing to undo.') });
  expect((await rig.cli(workspace, ['doctor', '--json'])).json()).toMatchObject({
    lines: expect.arrayContaining([expect.objectContaining({ topic: 'staging', level: 'ok' })]),
  });
});
