import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { foreignFiles } from '../../../src/adapters/fs/foreign-files.ts';
import { openRootFolder } from '../../../src/adapters/fs/root-folder.ts';
import { openStager } from '../../../src/adapters/fs/staged-file.ts';
import { openStagingArea } from '../../../src/adapters/fs/staging-area.ts';
import { openStageMany, questionOf } from '../../../src/adapters/fs/writing/stage-many.ts';
import { startWriter } from '../../../src/adapters/fs/writing/start-writer.ts';
import { writeQuestion } from '../../../src/adapters/fs/writing/write-question.ts';
import type { Answer, Question } from '../../../src/adapters/fs/writing/writer-messages.ts';
import { systemClock } from '../../../src/adapters/system.ts';
import { SyncError } from '../../../src/core/errors.ts';
import type { LocalFiles, Log, StagedFile } from '../../../src/engine/ports.ts';
import { MTIME, openSandbox, type Sandbox } from './sandbox.ts';

/* Many small contents are staged by threads; what those cannot write is staged as any other. */

/** From the first of so many on, threads write. */
const MANY = 256;

type Contents = Parameters<LocalFiles['stageAll']>[0];

/** Parts of one memory, as those of a pack. */
function contentsOf(count: number, mtime = (nth: number) => MTIME + nth): Contents {
  const all = Buffer.from(Array.from({ length: count }, (_, nth) => textOf(nth)).join(''));
  let at = 0;
  return Array.from({ length: count }, (_, nth) => {
    const { length } = textOf(nth);
    at += length;
    return { bytes: all.subarray(at - length, at), mtime: mtime(nth), exec: nth % 2 === 1 };
  });
}

const textOf = (nth: number): string => (nth % 10 === 0 ? '' : `text ${nth}`);
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const inboxOf = (box: Sandbox): string => join(box.root, '.datastore-staging', box.run, 'in');

function fileOf(answer: StagedFile | SyncError | null | undefined): StagedFile {
  if (answer === null || answer === undefined || answer instanceof SyncError) throw new Error(`not staged: ${answer}`);
  return answer;
}

/** In place of threads: answers what `work` says. */
function stagingBy(box: Sandbox, work: (question: Question) => Promise<Answer>) {
  const said: string[] = [];
  const log: Log = { debug: (text) => said.push(text), info() {}, warn() {}, error() {} };
  const area = openStagingArea(openRootFolder(box.workspace, 'data'), box.run);
  const many = openStageMany(systemClock, log, async () => ({ ask: work, dismiss() {} }));
  return { stager: openStager(area, systemClock, many), area, said };
}

test('each has its bytes, its hash, its time and its mode, in their order', async () => {
  const box = openSandbox();
  const contents = contentsOf(MANY);
  const staged = await box.files.stageAll(contents);
  // Of a thread, all of them.
  expect(readdirSync(inboxOf(box)).filter((name) => name.includes('-'))).toHaveLength(MANY);
  for (const nth of contents.keys()) {
    const file = fileOf(staged[nth]);
    const size = textOf(nth).length;
    expect(file).toMatchObject({
      sha256: hashOf(textOf(nth)),
      stamp: { size, mtime: MTIME + nth, exec: nth % 2 === 1 },
    });
    expect(await box.files.install(file, `f${nth}`, null)).toMatchObject({ kind: 'done' });
    expect(box.read(`f${nth}`)).toBe(textOf(nth));
  }
  // What they came from is still there for whoever has it.
  expect(Buffer.from(contents[1]?.bytes ?? []).toString()).toBe(textOf(1));
});

test('few are staged here, many by threads, as they come; and large ones always here', async () => {
  const box = openSandbox();
  const asked: number[] = [];
  const { stager } = stagingBy(
    box,
    async (question) => (asked.push(question.contents.length), writeQuestion(question)),
  );
  await stager.stageAll(contentsOf(MANY - 1));
  expect(asked).toEqual([]);
  const large = { bytes: Buffer.alloc((64 << 10) + 1, 7), mtime: MTIME, exec: false };
  await stager.stageAll([large]);
  expect(asked).toEqual([]);
  const staged = await stager.stageAll([...contentsOf(2), large, ...contentsOf(3)]);
  expect(asked).toEqual([5]);
  expect(staged.map((one) => fileOf(one).stamp.size)).toEqual([0, 6, large.bytes.length, 0, 6, 6]);
  expect(new Set(staged.map((one) => fileOf(one).name)).size).toBe(6);
  expect(await stager.stageAll([])).toEqual([]);
});

test('what a thread could not write is staged here, or said why it cannot be, and leaves nothing', async () => {
  const box = openSandbox();
  // No file system has a time for every third.
  const staged = await box.files.stageAll(contentsOf(MANY, (nth) => (nth % 3 === 0 ? 1e33 : MTIME)));
  expect(staged).toHaveLength(MANY);
  for (const [nth, one] of staged.entries()) {
    if (nth % 3 === 0) expect(one).toMatchObject({ kind: 'local', message: expect.stringContaining('not be written') });
    else expect(fileOf(one).sha256).toBe(hashOf(textOf(nth)));
  }
  expect(readdirSync(inboxOf(box))).toHaveLength(staged.filter((one) => !(one instanceof SyncError)).length);
});

test.each([
  ['dies', async () => Promise.reject(new Error('no memory'))],
  ['writes none', async ({ contents }: Question) => contents.map(() => null)],
  [
    'writes some',
    async (question: Question) => (await writeQuestion(question)).map((one, nth) => (nth < 9 ? one : null)),
  ],
])('a thread that %s: all come, and none twice', async (_what, work) => {
  const box = openSandbox();
  const { stager } = stagingBy(box, work);
  const staged = (await stager.stageAll(contentsOf(MANY))).map(fileOf);
  expect(staged.map(({ sha256 }) => sha256)).toEqual(staged.map((_, nth) => hashOf(textOf(nth))));
  expect(new Set(staged.map(({ name }) => name)).size).toBe(MANY);
});

test('where no thread can be had, all are left, and it is said why', async () => {
  const said: string[] = [];
  const log: Log = { debug: (text) => said.push(text), info() {}, warn() {}, error() {} };
  const many = openStageMany(systemClock, log, () => Promise.reject(new Error('it was removed')));
  const room = () => expect.unreachable();
  expect(await many(contentsOf(MANY), room)).toEqual(contentsOf(MANY).map(() => null));
  expect(said).toEqual([expect.stringContaining('it was removed')]);
});

test.each([
  ['is gone', () => {}],
  ['is another', (inbox: string) => mkdirSync(inbox)],
  ['is a link', (inbox: string, box: Sandbox) => symlinkSync(box.outside, inbox)],
])('a staging folder that %s when the thread writes: nothing is written there', async (_what, put) => {
  const box = openSandbox();
  const { area } = stagingBy(box, async () => []);
  const inbox = area.inbox();
  const question = questionOf(contentsOf(3), { inbox, name: 't' });
  renameSync(inbox.path, join(box.workspace, 'moved'));
  put(inbox.path, box);
  expect(await writeQuestion(question)).toEqual([null, null, null]);
  for (const folder of [join(box.workspace, 'moved'), box.outside])
    expect(readdirSync(folder).filter((name) => name.startsWith('t'))).toEqual([]);
});

test('a name that is taken is passed over', async () => {
  const box = openSandbox();
  const { area } = stagingBy(box, async () => []);
  const question = () => questionOf(contentsOf(2), { inbox: area.inbox(), name: 't' });
  const [first, second] = [await writeQuestion(question()), await writeQuestion(question())];
  expect([...first, ...second].map((one) => fileOf(one).name)).toEqual(['t-0', 't-1', 't-2', 't-3']);
});

test('a thread that has two questions answers the first first, however much longer that takes', async () => {
  const box = openSandbox();
  const { area } = stagingBy(box, async () => []);
  const thread = startWriter();
  onTestFinished(() => thread.stop());
  const ask = (count: number, name: string) =>
    thread.ask(questionOf(contentsOf(count), { inbox: area.inbox(), name })).then((answer) => answer.map(fileOf));
  const [many, few] = await Promise.all([ask(MANY, 'many'), ask(2, 'few')]);
  expect(many.filter(({ name }) => name.startsWith('many-'))).toHaveLength(MANY);
  expect(few.map(({ name }) => name)).toEqual(['few-0', 'few-1']);
});

test('what threads have staged for a run that died is ours, as what is staged here: no file of a person', async () => {
  const box = openSandbox();
  await box.files.stageAll(contentsOf(2));
  expect(await foreignFiles(box.root, false)).toHaveLength(0);
  await box.files.stageAll(contentsOf(MANY));
  expect(await foreignFiles(box.root, false)).toHaveLength(0);
});

test.each([2, MANY])(
  'where staging is no folder, each of %i contents says why, and all is not ended by it',
  async (count) => {
    const box = openSandbox();
    symlinkSync(box.outside, join(box.root, '.datastore-staging'));
    const staged = await box.files.stageAll(contentsOf(count));
    expect(staged.map((one) => (one instanceof SyncError ? one.kind : one))).toEqual(staged.map(() => 'local'));
    expect(staged).toHaveLength(count);
  },
);
