import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contents, write } from './harness.ts';
import { describeStores } from './stores.ts';

await describeStores((open) => {
  test('what a sync replaced or deleted here is listed, shown, brought back, and sent by the next sync', async () => {
    const team = open();
    const a = await team.workspace('undo', { 'x.txt': 'x1', 'sub/gone.txt': 'gone', 'same.txt': 's' });
    await team.cli(a, ['sync']);
    const b = await team.workspace('undo');
    await team.cli(b, ['sync']);
    expect(await team.cli(b, ['undo'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No sync has replaced or deleted a file here lately'),
    });
    await write(a, { 'x.txt': 'from a', 'new.txt': 'n' });
    await rm(path.join(a, 'data/sub'), { recursive: true });
    await team.cli(a, ['sync']);
    await team.cli(b, ['sync']);
    const after = { 'new.txt': 'n', 'same.txt': 's', 'x.txt': 'from a' };
    expect(await contents(b)).toEqual(after);

    const list = (await team.cli(b, ['undo', '--list', '--json'])).json() as { points: { id: string }[] };
    expect(list).toMatchObject({ ok: true, points: [{ undoes: null, files: 2, bytes: 6 }] });
    const id = list.points[0]?.id.slice(0, 8) ?? '';
    expect(await team.cli(b, ['undo', '--list'])).toMatchObject({
      stdout: expect.stringMatching(`  ${id} .*2 files, 6 B`),
    });
    expect(await team.cli(b, ['undo', '--dry-run'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/bring back {4}sub\/gone\.txt {2}4 B\n.*replace {7}x\.txt {2}2 B/),
    });
    expect(await contents(b)).toEqual(after);

    const one = await team.cli(b, ['undo', id, 'data/sub', '--json']);
    expect([one.code, one.json()]).toMatchObject([
      0,
      { ok: true, files: [{ path: 'sub/gone.txt', what: 'brought-back', size: 4 }], back: 0, left: [] },
    ]);
    await write(b, { 'x.txt': 'edited since' });
    const rest = await team.cli(b, ['undo', '--json']);
    expect([rest.code, rest.json()]).toMatchObject([
      1,
      {
        ok: false,
        files: [],
        back: 1,
        left: [{ path: 'x.txt', reason: 'it changed since' }],
        error: { kind: 'problems' },
      },
    ]);
    await write(b, { 'x.txt': 'from a' });
    expect(await team.cli(b, ['undo'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('the next sync sends'),
    });
    expect(await contents(b)).toEqual({ ...after, 'x.txt': 'x1', 'sub/gone.txt': 'gone' });
    expect((await team.cli(b, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 2, downloaded: 0 });
    await team.cli(a, ['sync']);
    expect(await contents(a)).toEqual(await contents(b));
  });
});
