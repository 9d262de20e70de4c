import { parentPort } from 'node:worker_threads';
import { writeQuestion } from './write-question.ts';
import type { Question } from './writer-messages.ts';

/* What a thread does that stages contents. While those of one question are flushed, it writes those of the next. */

let answered = Promise.resolve();

parentPort?.on('message', (question: Question) => {
  const writing = writeQuestion(question);
  // A defect ends the thread: whoever waits is told.
  answered = Promise.all([writing, answered]).then(([answer]) => parentPort?.postMessage(answer, []));
});
