import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { settleChanges } from '../../../src/adapters/fs/settle-changes.ts';
import { openWatcher } from '../../../src/adapters/fs/watcher.ts';
import { systemClock } from '../../../src/adapters/system.ts';
import type { Clock } from '../../../src/engine/ports.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/** Starts watching, and waits until a first write is seen, so that the next ones surely are. */
async function watching(box: Sandbox, skip: (path: string, isFolder: boolean) => boolean = () => false) {
  const seen: string[][] = [];
  const failures: string[] = [];
  const stop = openWatcher(box.root, { settleMs: 60 }, systemClock).watch(
    skip,
    (paths) => seen.push([...paths]),
    (reason) => failures.push(reason),
  );
  onTestFinished(stop);
  for (let n = 0; !seen.flat().some((path) => path.startsWith('warm-up')); n += 1) {
    box.write(`warm-up-${n}`, '');
    await systemClock.sleep(100);
  }
  await systemClock.sleep(300);
  seen.length = 0;
  return { seen, failures, stop, paths: () => new Set(seen.flat()) };
}

test('what was there at the start is no change; what comes, changes and goes is', async () => {
  const box = openSandbox();
  box.write('old/a', 'x');
  const { seen, paths, failures } = await watching(box);
  expect(seen).toEqual([]);
  const seeing = (...expected: string[]) =>
    expect.poll(() => [...paths()].toSorted(), { timeout: 10_000 }).toEqual(expect.arrayContaining(expected));
  box.write('old/a', 'changed');
  box.write('new/deep/b', '');
  await seeing('old/a', 'new/deep/b');
  seen.length = 0;
  rmSync(join(box.root, 'old/a'));
  renameSync(join(box.root, 'new/deep/b'), join(box.root, 'new/deep/c'));
  await seeing('new/deep/b', 'new/deep/c', 'old/a');
  expect(failures).toEqual([]);
});

test('staging, .git, skipped things and what lies behind links are no changes', async () => {
  const box = openSandbox();
  symlinkSync(box.outside, join(box.root, 'link'));
  mkdirSync(join(box.root, '.git'));
  const { paths } = await watching(box, (path, isFolder) => path.startsWith('drop') || (isFolder && path === 'cache'));
  await box.stage('x');
  for (const path of ['.git/index', 'a/.git/index', 'drop.txt', 'drop/a', 'cache/b', 'keep~', '.keep.swp'])
    box.write(path, 'x');
  writeFileSync(join(box.outside, 'secret.txt'), 'untouched');
  await expect.poll(() => [...paths()].toSorted(), { timeout: 5000 }).toEqual(['.keep.swp', 'a', 'keep~']);
  await systemClock.sleep(300);
  expect([...paths()].toSorted()).toEqual(['.keep.swp', 'a', 'keep~']);
});

test('a memory is trusted while each change is told, at once and unsettled', async () => {
  const box = openSandbox();
  box.write('old/a', 'x');
  const told: string[] = [];
  const memory = {
    trust: () => void told.push('trust'),
    distrust: () => void told.push('distrust'),
    touch: (path: string) => void told.push(path),
  };
  const stop = openWatcher(box.root, { settleMs: 60_000, memory }, systemClock).watch(
    () => false,
    () => expect.unreachable(),
    () => expect.unreachable(),
  );
  await expect.poll(() => told, { timeout: 10_000 }).toEqual(['trust']);
  box.write('old/a', 'changed');
  await expect.poll(() => told, { timeout: 10_000 }).toContain(join(box.root, 'old/a'));
  await stop();
  expect(told.at(-1)).toBe('distrust');
});

test('nothing is called after it is stopped', async () => {
  const box = openSandbox();
  const { seen, stop } = await watching(box);
  box.write('a', 'x');
  await stop();
  await systemClock.sleep(300);
  expect(seen).toEqual([]);
});

test('a system without watches left is a failure with a remedy', async (context) => {
  const limit = ['-Ur', 'sh', '-c', 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh'];
  try {
    execFileSync('unshare', [...limit, 'true'], { stdio: 'pipe' });
  } catch (error) {
    if (process.geteuid?.() === 0 && process.env['CI'] === 'true') throw error;
    console.warn(`skipped: ${context.task.name}: the limit cannot be lowered in a user namespace here`);
    context.skip('the limit cannot be lowered in a user namespace here');
  }
  const box = openSandbox();
  for (let n = 0; n < 10; n += 1) box.write(`folder-${n}/a`, '');
  const child = spawn('unshare', [...limit, process.execPath, join(import.meta.dirname, 'watch-once.ts'), box.root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  let said = '';
  child.stdout.on('data', (text) => (said += String(text)));
  await expect
    .poll(() => said, { timeout: 10_000 })
    .toMatch(/^failed: .*no more file watches \(ENOSPC\).*max_user_watches/m);
  // It is ready all the same.
  await systemClock.sleep(500);
  expect(said.trim().split('\n')).not.toContain('trusted');
});

/** Time that passes when it is told to. */
function handClock() {
  let now = 0;
  const timers = new Set<{ at: number; tick: () => void }>();
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: async () => {},
    after: (ms, tick) => {
      const timer = { at: now + ms, tick };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; ) {
      now += 1;
      for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.tick();
    }
  };
  return { clock, pass, pending: () => timers.size };
}

test('changes are handed over once after quiet, or in the middle of long noise', () => {
  const { clock, pass, pending } = handClock();
  const calls: { at: number; paths: readonly string[] }[] = [];
  const settle = settleChanges(100, clock, (paths) => calls.push({ at: clock.now(), paths }));
  settle.add('a');
  pass(50);
  settle.add('b');
  settle.add('a');
  pass(99);
  expect(calls).toEqual([]);
  pass(1);
  expect(calls).toEqual([{ at: 150, paths: ['a', 'b'] }]);
  for (let n = 0; n < 30; n += 1) {
    settle.add(`n${n}`);
    pass(50);
  }
  expect(calls.slice(1).map(({ at, paths }) => ({ at, count: paths.length }))).toEqual([{ at: 1150, count: 20 }]);
  settle.add('late');
  settle.stop();
  expect(pending()).toBe(0);
  pass(5000);
  expect(calls).toHaveLength(2);
});
