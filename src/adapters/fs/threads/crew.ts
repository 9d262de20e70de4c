import type { Clock } from '../../../engine/ports.ts';
import type { Thread } from './thread.ts';

/** Threads that do the same: started as they are needed, and ended when nobody has asked them for a while. */
export interface Crew<Question, Answer> {
  /** Rejects when the thread that has the question ends, or none is left. One that has ended is not replaced. */
  ask(question: Question): Promise<Answer>;
  /** Ends them, and refuses all who wait. */
  dismiss(): void;
}

/** As many as the thread pool of Node has. */
const MOST_THREADS = 4;
/** Questions for each: one is worked on while the answer to the one before is on its way. */
const QUESTIONS = 2;
/** As many questions as keep all of them at work. */
export const AT_WORK = MOST_THREADS * QUESTIONS;
/** Who still waits after so many milliseconds has a slow disk, and one thread more may help: it takes a third of that to start. */
const GROWS_AFTER_MS = 150;
const IDLE_MS = 1_000;

interface Member<Question, Answer> {
  readonly thread: Thread<Question, Answer>;
  asked: number;
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

export function openCrew<Question, Answer>(
  start: () => Thread<Question, Answer>,
  clock: Pick<Clock, 'after'>,
): Crew<Question, Answer> {
  const members = new Set<Member<Question, Answer>>();
  const queue: Waiting<Question, Answer>[] = [];
  let failure: unknown = null;
  let stopGrowing: (() => void) | null = null;
  let stayAwake = () => {};

  /** Where that cannot be, those that are there do. */
  function join(): void {
    try {
      members.add({ thread: start(), asked: 0 });
    } catch (error) {
      failure ??= error;
    }
  }

  function handOut(): void {
    if (members.size === 0 && failure === null) join();
    for (const member of members) {
      while (member.asked < QUESTIONS && queue.length > 0) give(member, queue.shift());
    }
    if (members.size === 0) for (const { reject } of queue.splice(0)) reject(failure);
    if (queue.length > 0 && members.size < MOST_THREADS && failure === null) growLater();
  }

  function growLater(): void {
    stopGrowing ??= clock.after(GROWS_AFTER_MS, () => {
      stopGrowing = null;
      if (queue.length > 0) join();
      handOut();
    });
  }

  function give(member: Member<Question, Answer>, waiting: Waiting<Question, Answer> | undefined): void {
    if (waiting === undefined) return;
    member.asked += 1;
    const answer = member.thread.ask(waiting.question);
    waiting.resolve(answer);
    answer
      .then(
        () => (member.asked -= 1),
        (error: unknown) => {
          failure ??= error;
          members.delete(member);
          member.thread.stop();
        },
      )
      .finally(() => {
        handOut();
        if ([...members].every(({ asked }) => asked === 0)) stayAwake = clock.after(IDLE_MS, dismiss);
      });
  }

  function dismiss(): void {
    stopGrowing?.();
    stopGrowing = null;
    for (const { thread } of members) thread.stop();
    members.clear();
    for (const { reject } of queue.splice(0)) reject(new Error('nobody asks any more'));
  }

  return {
    ask(question) {
      stayAwake();
      return new Promise((resolve, reject) => {
        queue.push({ question, resolve, reject });
        handOut();
      });
    },
    dismiss,
  };
}
