import type { Clock } from '../../../engine/ports.ts';
import type { Thread } from './thread.ts';

/** Threads that do the same: started as they are needed, and ended when nobody has asked them for a while. */
export interface Crew<Question, Answer> {
  /** Rejects when a thread has ended; no other is started then, and all who ask later are refused. */
  ask(question: Question): Promise<Answer>;
  /** Ends them, and refuses all who wait. */
  dismiss(): void;
}

const MOST_THREADS = 4;
/** Questions for each: one is worked on while the answer to the one before is on its way. */
const QUESTIONS = 2;
/** As many questions as keep all of them at work. */
export const AT_WORK = MOST_THREADS * QUESTIONS;
/** What takes longer than so many milliseconds for each thread may be faster with one more. */
const GROWS_AFTER_MS = 250;
const IDLE_MS = 1_000;

interface Member<Question, Answer> {
  readonly thread: Thread<Question, Answer>;
  waiting: number;
}

export function openCrew<Question, Answer>(
  start: () => Thread<Question, Answer>,
  clock: Pick<Clock, 'monotonic' | 'after'>,
): Crew<Question, Answer> {
  let members: Member<Question, Answer>[] = [];
  let cameAt = 0;
  let ended: unknown = null;
  let stayAwake = () => {};

  function leastBusy(): Member<Question, Answer> {
    const [least] = members.toSorted((a, b) => a.waiting - b.waiting);
    const isEnough = members.length >= MOST_THREADS || clock.monotonic() - cameAt < GROWS_AFTER_MS;
    if (least !== undefined && (least.waiting < QUESTIONS || isEnough)) return least;
    const member = { thread: start(), waiting: 0 };
    cameAt = clock.monotonic();
    members.push(member);
    return member;
  }

  function dismiss(): void {
    for (const { thread } of members) thread.stop();
    members = [];
  }

  return {
    async ask(question) {
      if (ended !== null) throw ended;
      stayAwake();
      const member = leastBusy();
      member.waiting += 1;
      try {
        return await member.thread.ask(question);
      } catch (error) {
        ended ??= error;
        dismiss();
        throw error;
      } finally {
        member.waiting -= 1;
        if (members.every(({ waiting }) => waiting === 0)) stayAwake = clock.after(IDLE_MS, dismiss);
      }
    },
    dismiss,
  };
}
