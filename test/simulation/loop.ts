/** Whom an event happens to. Nothing happens to the dead, and to who stands still it happens later. */
export interface Owner {
  readonly isDead: boolean;
  /** Virtual milliseconds; nothing happens to it before. */
  readonly asleepUntil: number;
}

/** Virtual time and everything that is still to happen in it. */
export interface Loop {
  /** Milliseconds since the beginning of the run. */
  readonly time: number;
  /** A moment passes, so that no two changes to a disk have the same time. */
  tick(): void;
  /** Calls `happen` after `ms`; the returned function cancels it. */
  after(ms: number, owner: Owner | null, happen: () => void): () => void;
  /** Lets things happen in their order until `isOver`, or until nothing is left, or the count of events is used up. */
  run(isOver: () => boolean, most: number): Promise<'over' | 'nothing left' | 'too much'>;
  readonly happened: number;
}

interface Pending {
  due: number;
  readonly order: number;
  readonly owner: Owner | null;
  readonly happen: () => void;
  isCancelled: boolean;
}

const TICK_MS = 0.001;

export function createLoop(): Loop {
  const heap: Pending[] = [];
  let time = 0;
  let order = 0;
  let happened = 0;

  return {
    get time() {
      return time;
    },
    get happened() {
      return happened;
    },
    tick() {
      time += TICK_MS;
    },
    after(ms, owner, happen) {
      order += 1;
      const pending = { due: time + Math.max(0, ms), order, owner, happen, isCancelled: false };
      push(heap, pending);
      return () => {
        pending.isCancelled = true;
      };
    },
    async run(isOver, most) {
      const end = happened + most;
      await atRest();
      while (!isOver()) {
        const next = pop(heap);
        if (next === undefined) return 'nothing left';
        if (next.isCancelled || next.owner?.isDead === true) continue;
        if (next.owner !== null && next.owner.asleepUntil > Math.max(time, next.due)) {
          next.due = next.owner.asleepUntil;
          push(heap, next);
          continue;
        }
        if (happened >= end) return 'too much';
        happened += 1;
        time = Math.max(time, next.due);
        next.happen();
        await atRest();
      }
      return 'over';
    },
  };
}

const BATCH = 64;
let ahead = 0;
let wake: (() => void) | null = null;

/**
 * Promises that are under way come to rest: without real timers and real input the next immediate is all they need, since each is
 * called when they have. Set in batches, because those of one batch share a turn of the event loop, which costs more than most events.
 */
const atRest = () =>
  new Promise<void>((resolve) => {
    wake = resolve;
    if (ahead > 0) return;
    ahead = BATCH;
    for (let count = 0; count < BATCH; count += 1) setImmediate(ring);
  });

function ring(): void {
  ahead -= 1;
  const now = wake;
  wake = null;
  now?.();
}

const isBefore = (a: Pending, b: Pending) => a.due < b.due || (a.due === b.due && a.order < b.order);

function push(heap: Pending[], item: Pending): void {
  let at = heap.length;
  heap.push(item);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(item, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = item;
}

function pop(heap: Pending[]): Pending | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    const left = heap[below];
    if (left === undefined) break;
    const right = heap[below + 1];
    let child = left;
    if (right !== undefined && isBefore(right, left)) {
      below += 1;
      child = right;
    }
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
  return first;
}
