import { expect, test } from 'vitest';
import { AT_WORK, openCrew } from '../../../src/adapters/fs/threads/crew.ts';
import type { Thread } from '../../../src/adapters/fs/threads/thread.ts';

/* How many threads there are, and when they go. Each answers when the test says so. */

interface Hands {
  readonly crew: ReturnType<typeof openCrew<number, string>>;
  /** Those that were started, with what each was asked. */
  readonly threads: { readonly asked: number[]; stopped: boolean }[];
  /** No thread can be started any more. */
  cannotStart: boolean;
  /** Answers the oldest question of a thread. */
  answer(thread: number): Promise<void>;
  fail(thread: number): Promise<void>;
  pass(ms: number): void;
}

function openHands(): Hands {
  let now = 0;
  let timers: { readonly at: number; readonly tick: () => void }[] = [];
  const waiting: { resolve: (text: string) => void; reject: (error: Error) => void }[][] = [];
  const threads: Hands['threads'] = [];
  const start = (): Thread<number, string> => {
    if (hands.cannotStart) throw new Error('no more threads');
    const [mine, self]: [(typeof waiting)[number], Hands['threads'][number]] = [[], { asked: [], stopped: false }];
    waiting.push(mine);
    threads.push(self);
    return {
      ask: (question) => {
        self.asked.push(question);
        return new Promise((resolve, reject) => void mine.push({ resolve, reject }));
      },
      stop() {
        self.stopped = true;
        for (const { reject } of mine.splice(0)) reject(new Error('stopped'));
      },
    };
  };
  const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));
  const hands: Hands = {
    crew: openCrew(start, {
      after(ms, tick) {
        const timer = { at: now + ms, tick };
        timers.push(timer);
        return () => {
          timers = timers.filter((one) => one !== timer);
        };
      },
    }),
    threads,
    cannotStart: false,
    answer: (thread) => (waiting[thread]?.shift()?.resolve('answer'), settled()),
    fail: (thread) => (waiting[thread]?.shift()?.reject(new Error('no memory')), settled()),
    pass(ms) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { tick } of due) tick();
    },
  };
  return hands;
}

const asked = ({ threads }: Hands): readonly (readonly number[])[] => threads.map((thread) => thread.asked);

/** Asks for 1, 2 and so on; what is refused is left to the test. */
function ask(hands: Hands, from: number, to: number): readonly Promise<string>[] {
  const answers = Array.from({ length: to - from + 1 }, (_, nth) => hands.crew.ask(from + nth));
  for (const answer of answers) answer.catch(() => {});
  return answers;
}

test('one thread has two questions at a time, and is enough for a disk that is quick', async () => {
  const hands = openHands();
  void ask(hands, 1, AT_WORK);
  expect(asked(hands)).toEqual([[1, 2]]);
  for (let nth = 3; nth <= AT_WORK; nth += 1) await hands.answer(0);
  expect(asked(hands)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8]]);
  hands.pass(149);
  expect(hands.threads).toHaveLength(1);
});

test('while some wait one more joins, and one more, up to four', () => {
  const hands = openHands();
  void ask(hands, 1, 20);
  for (const threads of [1, 2, 3, 4, 4, 4]) {
    expect(hands.threads).toHaveLength(threads);
    hands.pass(150);
  }
  expect(asked(hands)).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ]);
});

test('where nobody waits, none joins', () => {
  const hands = openHands();
  void ask(hands, 1, 2);
  hands.pass(10_000);
  expect(asked(hands)).toEqual([[1, 2]]);
});

test('one that cannot join is not missed', async () => {
  const hands = openHands();
  const answers = ask(hands, 1, 4);
  hands.cannotStart = true;
  hands.pass(150);
  hands.cannotStart = false;
  hands.pass(10_000);
  for (let nth = 1; nth <= 4; nth += 1) await hands.answer(0);
  expect(await Promise.all(answers)).toHaveLength(4);
  expect(hands.threads).toHaveLength(1);
});

test('where none can be started, all are refused', async () => {
  const hands = openHands();
  hands.cannotStart = true;
  for (const answer of ask(hands, 1, 3)) await expect(answer).rejects.toThrow('no more threads');
});

test('one that ends refuses what it was asked, and the others go on without it', async () => {
  const hands = openHands();
  const answers = ask(hands, 1, 6);
  hands.pass(150);
  await hands.fail(0);
  await expect(answers[0]).rejects.toThrow('no memory');
  await expect(answers[1]).rejects.toThrow('stopped');
  for (let nth = 1; nth <= 4; nth += 1) await hands.answer(1);
  expect(await Promise.all(answers.slice(2))).toHaveLength(4);
  hands.pass(150);
  expect(asked(hands)).toEqual([
    [1, 2],
    [3, 4, 5, 6],
  ]);
  expect(hands.threads).toMatchObject([{ stopped: true }, { stopped: false }]);
});

test('when the last ends all are refused, also who asks later', async () => {
  const hands = openHands();
  const answers = ask(hands, 1, 3);
  await hands.fail(0);
  for (const answer of [...answers, ...ask(hands, 4, 4)]) await expect(answer).rejects.toThrow();
  expect(hands.threads).toHaveLength(1);
});

test('they go when nobody has asked for a second, and others come', async () => {
  const hands = openHands();
  void ask(hands, 1, 1);
  await hands.answer(0);
  hands.pass(900);
  void ask(hands, 2, 2);
  hands.pass(900);
  expect(hands.threads).toMatchObject([{ asked: [1, 2], stopped: false }]);
  await hands.answer(0);
  hands.pass(1_000);
  expect(hands.threads).toMatchObject([{ stopped: true }]);
  void ask(hands, 3, 3);
  expect(hands.threads).toMatchObject([{ asked: [1, 2] }, { asked: [3], stopped: false }]);
});

test('who dismisses them keeps nobody waiting', async () => {
  const hands = openHands();
  const answers = ask(hands, 1, 5);
  hands.crew.dismiss();
  for (const answer of answers) await expect(answer).rejects.toThrow();
  hands.pass(10_000);
  expect(hands.threads).toMatchObject([{ stopped: true }]);
});
