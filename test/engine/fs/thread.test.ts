import { expect, onTestFinished, test, vi } from 'vitest';
import { startThread, type Thread } from '../../../src/adapters/fs/threads/thread.ts';

/* A thread is asked, and one that ends owes no answer for ever. */

function started(program: string, data: unknown = null): Thread<unknown, unknown> {
  const thread = startThread<unknown, unknown>(
    `const { parentPort, workerData } = require('node:worker_threads');
     const answer = (work) => parentPort.on('message', (question) => parentPort.postMessage(work(question)));
     ${program}`,
    data,
  );
  onTestFinished(() => thread.stop());
  return thread;
}

test('answers come in the order of the questions', async () => {
  const thread = started('answer((question) => [workerData, question])', 'data');
  const answers = await Promise.all([1, 2, 3].map((question) => thread.ask(question)));
  expect(answers).toEqual([1, 2, 3].map((question) => ['data', question]));
});

test.each([
  ['fails at its start', 'throw new Error("no memory")', 'no memory'],
  ['fails at a question', 'answer(() => { throw new Error("a defect") })', 'a defect'],
  ['fails at its work', 'parentPort.on("message", async () => { throw new Error("a defect") })', 'a defect'],
  ['ends', 'parentPort.on("message", () => process.exit(3))', '3'],
])('all who wait are told when it %s, and all who ask later', async (_how, program, said) => {
  const thread = started(program);
  const waiting = [thread.ask(1), thread.ask(2)].map((answer) => expect(answer).rejects.toThrow(said));
  await Promise.all(waiting);
  await expect(thread.ask(3)).rejects.toThrow(said);
});

test('one that does not come to an end keeps nobody waiting who stops it', async () => {
  const thread = started('for (;;);');
  const waiting = expect(thread.ask(1)).rejects.toThrow('stopped');
  thread.stop();
  await waiting;
  await expect(thread.ask(2)).rejects.toThrow('stopped');
});

test('memory that is given with a question is not copied, and gone here', async () => {
  const thread = startThread<Uint8Array<ArrayBuffer>, number>(
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', (bytes) => parentPort.postMessage(bytes[0]));`,
    null,
    ({ buffer }) => [buffer],
  );
  onTestFinished(() => thread.stop());
  const bytes = new Uint8Array([7]);
  expect(await thread.ask(bytes)).toBe(7);
  expect(bytes).toHaveLength(0);
});

test('it knows nothing of the environment', async () => {
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await started('answer(() => ({ ...process.env }))').ask(1)).toEqual({});
});
