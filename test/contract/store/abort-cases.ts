import { expect } from 'vitest';
import type { CallOptions, ObjectStore } from '../../../src/engine/ports.ts';
import { bytes, expectRefusal, read, refusal } from './check.ts';
import type { Cases } from './context.ts';

const operations: Readonly<Record<string, (store: ObjectStore, call: CallOptions) => Promise<unknown>>> = {
  get: (store, call) => store.get('it', call),
  put: (store, call) => store.put('it', bytes('other'), call),
  head: (store, call) => store.head('it', call),
  list: (store, call) => store.list('', call),
  delete: (store, call) => store.delete('it', call),
  copy: (store, call) => store.copy('it', 'to', call),
};

export const abortCases: Cases = {
  'nothing is sent once the signal has aborted': async ({ store }) => {
    await store.put('it', bytes('before'));
    const before = store.traffic.requests;
    for (const run of Object.values(operations))
      await expectRefusal(run(store, { signal: AbortSignal.abort() }), 'aborted');
    expect(store.traffic.requests).toBe(before);
  },
  'a signal that aborts right after the call stops it': async ({ store }) => {
    await store.put('it', bytes('before'));
    for (const run of Object.values(operations)) {
      const stop = new AbortController();
      const running = run(store, { signal: stop.signal });
      stop.abort();
      await expectRefusal(running, 'aborted');
    }
  },
  'a put that is stopped on the way either happened whole or not at all': async ({ store }) => {
    const body = Buffer.alloc(8 * 2 ** 20, 7);
    for (const delay of [0, 1, 3, 10, 30]) {
      const stop = new AbortController();
      const running = store.put(`it-${delay}`, body, { signal: stop.signal }).then(() => 'stored', refusal);
      setTimeout(() => stop.abort(), delay);
      const outcome = await running;
      expect(['stored', 'aborted']).toContain(outcome);
      const size = await store.head(`it-${delay}`).then((head) => head.size, refusal);
      expect(outcome === 'stored' ? [body.byteLength] : [body.byteLength, 'missing']).toContain(size);
    }
  },
  'a signal that aborts during a body ends it with aborted': async ({ store }) => {
    await store.put('it', Buffer.alloc(8 * 2 ** 20, 7));
    const stop = new AbortController();
    const found = await store.get('it', { signal: stop.signal });
    if (found.kind !== 'found') throw new Error('not found');
    const parts = found.body[Symbol.asyncIterator]();
    expect((await parts.next()).done).toBe(false);
    stop.abort();
    const rest = (async () => {
      while ((await parts.next()).done !== true);
    })();
    await expectRefusal(rest, 'aborted');
  },
  'a body may be given up early or never read, and the store goes on': async ({ store }) => {
    await store.put('it', Buffer.alloc(2 ** 20, 7));
    for (let turn = 0; turn < 100; turn += 1) {
      const found = await store.get('it');
      if (found.kind !== 'found') throw new Error('not found');
      const parts = found.body[Symbol.asyncIterator]();
      if (turn % 2 === 0) await parts.next();
      await parts.return?.();
      expect((await parts.next()).done).toBe(true);
    }
    expect((await read(store, 'it')).byteLength).toBe(2 ** 20);
  },
};
