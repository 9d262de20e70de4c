import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StoreError, type StoreErrorKind } from '../../src/core/errors.ts';
import { serialiseHead } from '../../src/core/format/head-record.ts';
import type { Head } from '../../src/core/format/records.ts';
import type { Clock, Ids, Log, ObjectStore } from '../../src/engine/ports.ts';
import { createRegister, type SwapOutcome } from '../../src/engine/remote/register.ts';
import { RULES } from './rules.ts';
import { steps } from './steps.ts';
import { type Client, etagOf, firstWorld, type Request, type Scope, type World } from './world.ts';

const SCOPE: Scope = {
  clients: 2,
  changes: 3,
  steals: 2,
  forces: 1,
  crashes: 2,
  pauses: 2,
  losses: 6,
  copies: 6,
};

/** What a client sees of one attempt of a swap. */
interface Attempt {
  readonly put: 'stored' | StoreErrorKind;
  readonly readBack: Head | null | 'unreadable';
  readonly givesUp: boolean;
}

/*
 * The model's client asks and concludes as the engine's register does: on random walks each swap of the model is done
 * again by the real register, over a store that answers as the walk did.
 */
test('the real register sends the same, concludes the same and knows the same as the model', async () => {
  const seen = new Map<SwapOutcome['kind'], number>();
  const walks = fc.asyncProperty(fc.array(fc.nat(), { minLength: 120, maxLength: 120 }), async (choices) => {
    let world = firstWorld(SCOPE);
    const swaps = new Map<number, { from: Head | null; request: Request; attempts: Attempt[] }>();
    for (const choice of choices) {
      const step = stepOf(world, choice);
      if (step === null) return;
      const { label, index, next } = step;
      const before = world.clients[index]?.request ?? null;
      const after = next.clients[index] as Client;
      const swap = swaps.get(index);
      if (label === 'crashes') swaps.delete(index);
      else if (before === null && after.request !== null)
        swaps.set(index, { from: after.known ?? null, request: after.request, attempts: [] });
      else if (before !== null && swap !== undefined) {
        const attempt = attemptOf(label, world.head);
        if (attempt !== null) swap.attempts.push(attempt);
        // The model may send again without end, the register does so four times at most.
        if (after.request === null && swap.attempts.length <= 4) {
          const outcome = await swapAgain(swap.from, swap.request, swap.attempts);
          seen.set(outcome.kind, (seen.get(outcome.kind) ?? 0) + 1);
          expect(textOf(outcome.state.head)).toBe(textOf(after.known ?? null));
          expectConcluded(swap.request, outcome.kind, world.clients[index] as Client, after);
        }
        if (after.request === null) swaps.delete(index);
      }
      world = next;
    }
  });
  await fc.assert(walks, { numRuns: 300 });
  expect([...seen.keys()].toSorted()).toEqual(['lost', 'superseded', 'unknown', 'won']);
});

function stepOf(world: World, choice: number): { label: string; index: number; next: World } | null {
  const found: { label: string; index: number; next: World }[] = [];
  steps(world, SCOPE, RULES, (label, index, next) => void found.push({ label, index, next }), 'plain');
  return found[choice % Math.max(1, found.length)] ?? null;
}

/** Null: the client sees nothing of it. */
function attemptOf(label: string, head: Head | null): Attempt | null {
  const givesUp = label.endsWith('in doubt');
  if (label.startsWith('it is stored and answered') || label.startsWith('the answer that waited arrives'))
    return { put: 'stored', readBack: null, givesUp };
  if (label.includes('no read-back')) return { put: 'unreachable', readBack: 'unreadable', givesUp };
  if (label.startsWith('it is refused')) return { put: 'precondition', readBack: head, givesUp };
  return label.includes('reads back') ? { put: 'unreachable', readBack: head, givesUp } : null;
}

function expectConcluded(request: Request, kind: SwapOutcome['kind'], before: Client, after: Client) {
  const isWon = kind === 'won' || kind === 'superseded';
  if (request.kind === 'acquire') expect(after.phase).toBe(kind === 'won' ? 'won' : 'planned');
  if (request.commit === null) return;
  const { id } = request.commit;
  expect(before.todo - after.todo).toBe(isWon ? 1 : 0);
  expect(after.journal.some((entry) => entry.id === id)).toBe(kind === 'unknown');
}

async function swapAgain(from: Head | null, request: Request, attempts: readonly Attempt[]): Promise<SwapOutcome> {
  const stop = new AbortController();
  let puts = 0;
  let readBack: Attempt['readBack'] = null;
  const store = {
    name: 'script',
    async put(_key: string, body: Uint8Array, options: { readonly condition?: unknown }) {
      expect(new TextDecoder().decode(body)).toBe(serialiseHead(request.next));
      expect(options.condition).toEqual(
        request.named === null ? { kind: 'absent' } : { kind: 'match', etag: request.named },
      );
      const attempt = attempts[puts];
      puts += 1;
      if (attempt === undefined) throw new Error('it sends once more than the model');
      ({ readBack } = attempt);
      if (attempt.givesUp) stop.abort();
      if (attempt.put !== 'stored') throw new StoreError(attempt.put, 'as the walk had it');
      return { etag: request.next.nonce };
    },
    async get() {
      if (readBack === 'unreadable') throw new StoreError('unreachable', 'as the walk had it');
      if (readBack === null) throw new StoreError('missing', 'nothing is there');
      return {
        kind: 'found',
        etag: etagOf(readBack),
        date: 0,
        lastModified: 0,
        body: chunks(serialiseHead(readBack)),
      };
    },
  } as unknown as ObjectStore;
  const clock = { monotonic: () => 0, now: () => 0, sleep: async () => {}, after: () => () => {} } as unknown as Clock;
  const ids = { random: () => 0 } as unknown as Ids;
  const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
  const register = createRegister(store, clock, ids, log);
  if (from !== null) register.prime(serialiseHead(from), from.nonce);
  const outcome = await register.swap(() => request.next, { commits: request.commit !== null, signal: stop.signal });
  expect(puts).toBe(attempts.length);
  return outcome;
}

async function* chunks(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text);
}

const textOf = (head: Head | null): string => (head === null ? '' : serialiseHead(head));
