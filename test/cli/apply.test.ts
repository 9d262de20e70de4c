import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contents, type Workspaces, write } from './harness.ts';
import { describeStores } from './stores.ts';

let count = 0;

/** Two workspaces: the second has something to bring and something to send. */
async function apart(open: () => Workspaces) {
  const team = open();
  const prefix = `apply${++count}`;
  const a = await team.workspace(prefix, { 'old.txt': 'moves', 'x.txt': 'x1', 'y.txt': 'y1' });
  await team.cli(a, ['sync']);
  const b = await team.workspace(prefix);
  await team.cli(b, ['sync']);
  await write(a, { 'x.txt': 'from a' });
  await team.cli(a, ['sync']);
  await write(b, { 'y.txt': 'from b', 'new.txt': 'moves' });
  await rm(path.join(b, 'data', 'old.txt'));
  const plan = path.join(b, 'plan.json');
  const kept = await team.cli(b, ['sync', '--dry-run', '--out', 'plan.json', '--json']);
  expect([kept.code, kept.json()]).toMatchObject([0, { ok: true, out: plan }]);
  return { team, a, b, plan };
}

await describeStores((open) => {
  test('a plan that was kept is carried out as it was shown, to the last step', async () => {
    const { team, b, plan } = await apart(open);
    const text = await readFile(plan, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      format: 1,
      basis: { commit: { generation: 2 }, base: { generation: 1 }, direction: 'both', onConflict: 'hold' },
      steps: [
        { kind: 'delete-remote', path: 'old.txt', reason: 'renamed to new.txt', movesTo: 'new.txt' },
        { kind: 'upload', path: 'new.txt', bytes: 0, reason: 'renamed from old.txt', movedFrom: 'old.txt' },
        { kind: 'download', path: 'x.txt', bytes: 6, reason: 'changed there' },
        { kind: 'upload', path: 'y.txt', bytes: 6, reason: 'changed here' },
      ],
      conflicts: [],
      held: [],
    });
    await write(b, { 'later.txt': 'not in the plan' });
    const applied = await team.cli(b, ['apply', 'plan.json', '--json']);
    expect([applied.code, applied.json()]).toMatchObject([
      0,
      { ok: true, uploaded: 2, downloaded: 1, deletedRemote: 1, problems: [] },
    ]);
    expect((await team.cli(b, ['ls', '--recursive', '--json'])).json()).toMatchObject({
      entries: [{ path: 'new.txt' }, { path: 'x.txt' }, { path: 'y.txt' }],
    });
    const again = await team.cli(b, ['apply', 'plan.json', '--json']);
    expect([again.code, again.json()]).toMatchObject([6, { ok: false, error: { kind: 'moved' } }]);
  });

  test('when a file has changed since, on either side, nothing is done and it is named', async () => {
    const { team, a, b } = await apart(open);
    await write(a, { 'x.txt': 'from a again' });
    await team.cli(a, ['sync']);
    const before = await contents(b);
    const applied = await team.cli(b, ['apply', 'plan.json']);
    expect(applied).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/1 of 4 steps .*\n {2}x\.txt: it changed there since\nNothing was changed/),
    });
    expect(await contents(b)).toEqual(before);
    expect(await team.cli(b, ['cat', 'y.txt'])).toMatchObject({ stdout: 'y1' });
    // What still stands can be had by itself.
    expect((await team.cli(b, ['apply', 'plan.json', 'y.txt', '--json'])).json()).toMatchObject({
      ok: true,
      uploaded: 1,
    });
    expect(await team.cli(b, ['cat', 'y.txt'])).toMatchObject({ stdout: 'from b' });
    expect(await contents(b)).toEqual(before);
  });

  test('half a rename is refused with the other half, and nothing is done', async () => {
    const { team, b } = await apart(open);
    expect(await team.cli(b, ['apply', 'plan.json', 'data/old.txt'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('old.txt: it is renamed to "new.txt", which is left out'),
    });
    expect(await team.cli(b, ['cat', 'old.txt'])).toMatchObject({ stdout: 'moves' });
  });

  test('--detailed-exitcode tells a plan that moves something from one that does not', async () => {
    const { team, b } = await apart(open);
    const pending = await team.cli(b, ['sync', '--dry-run', '--detailed-exitcode', '--json']);
    expect([pending.code, pending.json()]).toMatchObject([7, { ok: true }]);
    await team.cli(b, ['sync']);
    expect(await team.cli(b, ['sync', '--dry-run', '--detailed-exitcode'])).toMatchObject({ code: 0 });
  });

  test('what is no plan, or no place for one, is wrong usage', async () => {
    const { team, b } = await apart(open);
    await writeFile(path.join(b, 'other.json'), '{"schema":1}');
    const rows: readonly [args: readonly string[], words: string][] = [
      [['apply', 'other.json'], 'is no plan: it has no format'],
      [['apply', 'missing.json'], 'does not exist'],
      [['apply', 'plan.json', 'nowhere.txt'], 'The plan does nothing at "nowhere.txt"'],
      [['sync', '--out', 'plan.json'], '--out goes with --dry-run'],
      [['sync', '--detailed-exitcode'], '--detailed-exitcode goes with --dry-run'],
      [['sync', '--dry-run', '--out', 'data/plan.json'], 'lies in the shared folder'],
      [['sync', '--dry-run', '--out', 'p.json', '--accept-remote', '2'], 'keeps no plan with --accept-remote'],
    ];
    for (const [args, words] of rows) {
      expect(await team.cli(b, args), args.join(' ')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(words),
      });
    }
  });
});
