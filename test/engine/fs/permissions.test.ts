import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asOrdinaryUser, contents, openSandbox, type Sandbox } from './sandbox.ts';

/* As a user whom the system denies something: root is denied nothing, so the rights are laid down for the call. */

function give(box: Sandbox): void {
  if (process.geteuid?.() === 0) execFileSync('chown', ['-R', '65534:65534', box.root]);
}

test('a folder that may not be written: refused with what to do, nothing moved', async () => {
  const box = openSandbox();
  box.write('shut/a', 'mine');
  give(box);
  chmodSync(join(box.root, 'shut'), 0o555);
  const answers = await asOrdinaryUser(async () => [
    await box.files.install(await box.stage('new'), 'shut/a', await box.stamp('shut/a')),
    await box.files.install(await box.stage('new'), 'shut/b', null),
    await box.files.install(await box.stage('new'), 'shut/c/d', null),
    await box.files.remove('shut/a', await box.stamp('shut/a')),
  ]);
  chmodSync(join(box.root, 'shut'), 0o755);
  expect(answers).toEqual(
    Array.from({ length: 4 }, () => ({
      kind: 'refused',
      reason: expect.stringMatching(/permission denied.*check the owner/),
    })),
  );
  expect(contents(box.root)).toEqual({ 'shut/': '', 'shut/a': 'mine' });
});

test('a file that may not be read is an error, not an empty file', async () => {
  const box = openSandbox();
  box.write('a', 'mine');
  give(box);
  chmodSync(join(box.root, 'a'), 0o000);
  await asOrdinaryUser(() =>
    expect(box.files.open('a')).rejects.toMatchObject({
      kind: 'local',
      message: expect.stringContaining('permission denied'),
    }),
  );
});

test('an unreadable parent is no absent file', async () => {
  const box = openSandbox();
  box.write('shut/a', 'mine');
  give(box);
  chmodSync(join(box.root, 'shut'), 0o000);
  const answer = await asOrdinaryUser(async () => box.files.install(await box.stage('new'), 'shut/a', null));
  chmodSync(join(box.root, 'shut'), 0o755);
  expect(answer).toMatchObject({ kind: 'refused' });
});

test('root leaves a replaced file to its owner', async (context) => {
  if (process.geteuid?.() !== 0) {
    console.warn(`skipped: ${context.task.name}: only root can give a file away`);
    context.skip('only root can give a file away');
  }
  const box = openSandbox();
  box.write('a', 'old');
  give(box);
  expect(await box.files.install(await box.stage('new'), 'a', await box.stamp('a'))).toMatchObject({ kind: 'done' });
  expect(lstatSync(join(box.root, 'a')).uid).toBe(65_534);
});
