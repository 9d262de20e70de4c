import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FileStamp } from '../../../src/core/format/tree.ts';
import type { ApplyAnswer } from '../../../src/engine/ports.ts';
import { contents, MTIME, openSandbox, type Sandbox } from './sandbox.ts';

/* The person, or a program, was faster: their bytes stay where they are, and nothing else happens. */

interface Row {
  readonly what: string;
  /** What was there when the plan was made; null: nothing. */
  readonly planned: string | null;
  readonly meanwhile: (target: string, box: Sandbox) => void | Promise<void>;
  /** `install` may answer otherwise than `moved`. */
  readonly answer?: ApplyAnswer['kind'];
}

const rows: readonly Row[] = [
  { what: 'a file came where none was', planned: null, meanwhile: (target) => writeFileSync(target, 'mine') },
  {
    what: 'a link came where none was',
    planned: null,
    meanwhile: (target, box) => symlinkSync(join(box.outside, 'secret.txt'), target),
  },
  {
    what: 'a dangling link came where none was',
    planned: null,
    meanwhile: (target) => symlinkSync('/nowhere/at/all', target),
  },
  { what: 'a folder came where none was', planned: null, meanwhile: (target) => mkdirSync(target), answer: 'refused' },
  {
    what: 'a named pipe came where none was',
    planned: null,
    meanwhile: (target) => void execFileSync('mkfifo', [target]),
  },
  { what: 'a socket came where none was', planned: null, meanwhile: listen },
  { what: 'the file was written', planned: 'old', meanwhile: (target) => writeFileSync(target, 'mine!') },
  { what: 'the file was written with the same size and mtime', planned: 'old', meanwhile: rewriteSilently },
  { what: 'the file was replaced by another of the same bytes', planned: 'old', meanwhile: replaceByCopy },
  { what: 'the file was touched', planned: 'old', meanwhile: (target) => utimesSync(target, 1, 1) },
  { what: 'the file was removed', planned: 'old', meanwhile: (target) => rmSync(target) },
  {
    what: 'its folder was removed',
    planned: 'old',
    meanwhile: (_, box) => rmSync(join(box.root, 'd'), { recursive: true }),
  },
  { what: 'the file became a link to its twin', planned: 'old', meanwhile: becomeLink },
  {
    what: 'the file became a folder',
    planned: 'old',
    meanwhile: (target) => (rmSync(target), mkdirSync(target)),
  },
  {
    what: 'the file became a named pipe',
    planned: 'old',
    meanwhile: (target) => void (rmSync(target), execFileSync('mkfifo', [target])),
  },
  { what: 'the file became a socket', planned: 'old', meanwhile: (target) => (rmSync(target), listen(target)) },
];

async function meet({
  planned,
  meanwhile,
}: Row): Promise<{ box: Sandbox; expected: FileStamp | null; before: Record<string, string> }> {
  const box = openSandbox();
  box.write('d/neighbour', 'n');
  if (planned !== null) box.write('d/a', planned);
  const expected = planned === null ? null : await box.stamp('d/a');
  await meanwhile(join(box.root, 'd/a'), box);
  return { box, expected, before: contents(box.root) };
}

test.each(rows)('install: $what', async (row) => {
  const { box, expected, before } = await meet(row);
  const answer = await box.files.install(await box.stage('new'), 'd/a', expected);
  expect(answer.kind).toBe(row.answer ?? 'moved');
  expect(contents(box.root)).toEqual(before);
  expect(contents(box.outside)).toEqual({ 'secret.txt': 'untouched' });
});

test.each(rows.filter((row) => row.planned !== null))('remove: $what', async (row) => {
  const { box, expected, before } = await meet(row);
  if (expected === null) throw new Error('nothing was planned');
  expect(await box.files.remove('d/a', expected)).toEqual({ kind: 'moved' });
  expect(contents(box.root)).toEqual(before);
});

test('a download that was changed in staging is not installed', async () => {
  const box = openSandbox();
  const staged = await box.stage('good');
  writeFileSync(join(box.root, '.datastore-staging', box.run, 'in', staged.name), 'evil');
  expect(await box.files.install(staged, 'a', null)).toMatchObject({ kind: 'refused' });
  expect(contents(box.root)).toEqual({});
});

test.each([
  { what: 'with hard links', link: linkSync },
  { what: 'by copy', link: noLinks('EPERM') },
])('a file that comes between the two calls stays, and the one moved aside is named: $what', async ({ link }) => {
  let calls = 0;
  const box = openSandbox({
    link: (from, to) => {
      calls += 1;
      if (calls === 1) writeFileSync(to, 'faster');
      link(from, to);
    },
  });
  box.write('a', 'old');
  const answer = await box.files.install(await box.stage('new'), 'a', await box.stamp('a'));
  expect(answer).toEqual({ kind: 'moved', aside: expect.any(String) });
  expect(contents(box.root)).toEqual({ a: 'faster' });
  expect(box.read(`.datastore-staging/${answer.kind === 'moved' ? answer.aside : ''}`)).toBe('old');
});

test.each([
  { what: 'EACCES', code: 'EACCES', reason: /permission denied/ },
  { what: 'ENOSPC', code: 'ENOSPC', reason: /disk is full.*free some space/ },
  { what: 'EIO', code: 'EIO', reason: /input\/output error/ },
  { what: 'EBUSY', code: 'EBUSY', reason: /another program/ },
  { what: 'EMFILE', code: 'EMFILE', reason: /too many open files/ },
  { what: 'EROFS', code: 'EROFS', reason: /read-only/ },
])('a link that fails with $what puts everything back and says what to do', async ({ code, reason }) => {
  let fails = true;
  const box = openSandbox({
    link: (from, to) => {
      if (fails) {
        fails = false;
        throw Object.assign(new Error(code), { code, syscall: 'link' });
      }
      linkSync(from, to);
    },
  });
  box.write('a', 'old');
  utimesSync(join(box.root, 'a'), MTIME / 1000, MTIME / 1000);
  expect(await box.files.install(await box.stage('new'), 'a', await box.stamp('a'))).toEqual({
    kind: 'refused',
    reason: expect.stringMatching(reason),
  });
  expect(contents(box.root)).toEqual({ a: 'old' });
  expect((await box.stamp('a')).mtime).toBe(MTIME);
});

test.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV'])(
  'without hard links (%s) files are copied in, exclusively, and that is said once',
  async (code) => {
    const box = openSandbox({ link: noLinks(code) });
    expect(await box.files.install(await box.stage('one', { exec: true }), 'x/a', null)).toMatchObject({
      kind: 'done',
    });
    expect(await box.stamp('x/a')).toMatchObject({ size: 3, mtime: MTIME, exec: true });
    const replaced = await box.files.install(await box.stage('two'), 'x/a', await box.stamp('x/a'));
    expect(replaced).toEqual({ kind: 'done', stamp: await box.stamp('x/a'), aside: expect.any(String) });
    box.write('taken', 'mine');
    expect(await box.files.install(await box.stage('three'), 'taken', null)).toEqual({ kind: 'moved' });
    expect(contents(box.root)).toEqual({ 'x/': '', 'x/a': 'two', taken: 'mine' });
    expect(box.warnings).toEqual([expect.stringContaining('No hard links')]);
  },
);

function noLinks(code: string) {
  return () => {
    throw Object.assign(new Error(code), { code, syscall: 'link' });
  };
}

async function listen(target: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(target, resolve));
  onTestFinished(() => void server.close());
}

function rewriteSilently(target: string, box: Sandbox): void {
  const { mtimeMs } = box.lstat('d/a');
  writeFileSync(target, 'own');
  utimesSync(target, mtimeMs / 1000, mtimeMs / 1000);
}

function replaceByCopy(target: string, box: Sandbox): void {
  const { mtimeMs } = box.lstat('d/a');
  writeFileSync(`${target}.tmp`, 'old');
  utimesSync(`${target}.tmp`, mtimeMs / 1000, mtimeMs / 1000);
  renameSync(`${target}.tmp`, target);
}

function becomeLink(target: string): void {
  renameSync(target, `${target}.twin`);
  symlinkSync('a.twin', target);
}
