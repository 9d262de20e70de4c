import { expect, test } from 'vitest';
import { AT_WORK, openCrew } from '../../../src/adapters/fs/reading/crew.ts';
import type { Thread } from '../../../src/adapters/fs/reading/thread.ts';

/* How many threads there are, and when they go. Each answers when the test says so. */

interface Hands {
  readonly crew: ReturnType<typeof openCrew<number, string>>;
  /** Those that were started, with what each was asked. */
  readonly threads: { readonly asked: number[]; stopped: boolean }[];
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
    const [mine, self]: [(typeof waiting)[number], Hands['threads'][number]] = [[], { asked: [], stopped: false }];
    waiting.push(mine);
    threads.push(self);
    return {
      ask: (question) => {
        self.asked.push(question);
        return new Promise((resolve, reject) => mine.push({ resolve, reject }));
      },
      stop() {
        self.stopped = true;
        for (const { reject } of mine.splice(0)) reject(new Error('stopped'));
      },
    };
  };
  const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));
  return {
    crew: openCrew(start, {
      monotonic: () => now,
      after(ms, tick) {
        const timer = { at: now + ms, tick };
        timers.push(timer);
        return () => void (timers = timers.filter((one) => one !== timer));
      },
    }),
    threads,
    answer: (thread) => (waiting[thread]?.shift()?.resolve('answer'), settled()),
    fail: (thread) => (waiting[thread]?.shift()?.reject(new Error('no memory')), settled()),
    pass(ms) {
      now += ms;
      for (const { at, tick } of timers) if (at <= now) tick();
    },
  };
}

const asked = ({ threads }: Hands): readonly (readonly number[])[] => threads.map((thread) => thread.asked);

test('one thread is enough for a disk that is quick', () => {
  const hands = openHands();
  for (let nth = 1; nth <= AT_WORK; nth += 1) void hands.crew.ask(nth);
  expect(asked(hands)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8]]);
});

test('one more comes each quarter of a second, up to four, and takes what is asked then', () => {
  const hands = openHands();
  for (let nth = 1; nth <= 12; nth += 1) {
    void hands.crew.ask(nth);
    hands.pass(100);
  }
  expect(asked(hands)).toEqual([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
    [10, 11, 12],
  ]);
  hands.pass(10_000);
  void hands.crew.ask(13);
  expect(hands.threads).toHaveLength(4);
});

test('no other comes where one has little to do', async () => {
  const hands = openHands();
  void hands.crew.ask(1);
  hands.pass(1_000);
  void hands.crew.ask(2);
  await hands.answer(0);
  hands.pass(1_000);
  void hands.crew.ask(3);
  expect(asked(hands)).toEqual([[1, 2, 3]]);
});

test('they go when nobody has asked for a second, and others come', async () => {
  const hands = openHands();
  const first = hands.crew.ask(1);
  await hands.answer(0);
  await expect(first).resolves.toBe('answer');
  hands.pass(900);
  const second = hands.crew.ask(2);
  hands.pass(900);
  expect(hands.threads).toMatchObject([{ asked: [1, 2], stopped: false }]);
  await hands.answer(0);
  await second;
  hands.pass(1_000);
  expect(hands.threads).toMatchObject([{ stopped: true }]);
  void hands.crew.ask(3);
  expect(hands.threads).toMatchObject([{ asked: [1, 2] }, { asked: [3], stopped: false }]);
});

test('when one ends all are refused, and none is started any more', async () => {
  const hands = openHands();
  const asks = [1, 2].map((nth) => expect(hands.crew.ask(nth)).rejects.toThrow());
  await hands.fail(0);
  await Promise.all(asks);
  await expect(hands.crew.ask(3)).rejects.toThrow('no memory');
  expect(hands.threads).toMatchObject([{ asked: [1, 2], stopped: true }]);
});

test('who dismisses them keeps nobody waiting', async () => {
  const hands = openHands();
  const waiting = expect(hands.crew.ask(1)).rejects.toThrow('stopped');
  hands.crew.dismiss();
  await waiting;
});
