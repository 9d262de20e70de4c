import { Worker } from 'node:worker_threads';

/** Answers questions one after the other, in their order. Keeps the process alive while somebody waits for an answer. */
export interface Thread<Question, Answer> {
  /** Rejects when the thread has ended, or ends before it has answered. */
  ask(question: Question): Promise<Answer>;
  /** At once for those who wait; a call of the system that the thread is in comes to its end first. */
  stop(): void;
}

/**
 * `program`: text of CommonJS, or where it lies. It gets `data`, and none of the environment, where secrets may be. Memory that is
 * `given` with a question goes with it and needs no copy. Throws where none can be made.
 */
export function startThread<Question, Answer>(
  program: string | URL,
  data: unknown,
  given: (question: Question) => ArrayBuffer[] = () => [],
): Thread<Question, Answer> {
  const worker = new Worker(program, {
    eval: typeof program === 'string',
    workerData: data,
    env: {},
    // Else it would write a profile of its own, or listen for a debugger.
    execArgv: [],
    // What it makes is given away: it needs no more than this, and would take as much as this program does.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }[] = [];
  let ended: Error | null = null;

  function end(error: Error): void {
    ended ??= error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  }

  function stop(error: Error): void {
    end(error);
    worker.unref();
    void worker.terminate();
  }

  worker.on('message', (answer: Answer) => {
    waiting.shift()?.resolve(answer);
    if (waiting.length === 0) worker.unref();
  });
  worker.on('error', end);
  // The answers after it would be taken for those of other questions.
  worker.on('messageerror', stop);
  worker.on('exit', (code) => end(new Error(`the thread has ended with ${code}`)));
  return {
    ask(question) {
      if (ended !== null) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(question, given(question));
      });
    },
    stop: () => stop(new Error('the thread was stopped')),
  };
}
