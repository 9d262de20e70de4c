import { expect } from 'vitest';
import type { ETag } from '../../../src/engine/ports.ts';
import { bytes, expectOneWinner, expectRefusal, readText } from './check.ts';
import type { Cases, Context } from './context.ts';
import { named } from './traits.ts';

const absent = { kind: 'absent' } as const;

const swap = ({ store, traits }: Context, etag: ETag, text: string) =>
  store.put('it', bytes(text), { condition: { kind: 'match', etag: named(traits, etag) }, once: true });

export const conditionCases: Cases = {
  'create-if-absent succeeds once': async ({ store }) => {
    await store.put('it', bytes('first'), { condition: absent });
    await expectRefusal(store.put('it', bytes('second'), { condition: absent }), 'precondition');
    expect(await readText(store, 'it')).toBe('first');
  },
  'create-if-absent succeeds again after a delete': async ({ store }) => {
    await store.put('it', bytes('first'), { condition: absent });
    await store.delete('it');
    await store.put('it', bytes('second'), { condition: absent });
    expect(await readText(store, 'it')).toBe('second');
  },
  'a swap on the current ETag succeeds, and its answer names the next': async (context) => {
    const { store } = context;
    const first = await store.put('it', bytes('one'));
    const second = await swap(context, first.etag, 'two');
    await swap(context, second.etag, 'three');
    expect(await readText(store, 'it')).toBe('three');
  },
  'the ETag of GET, HEAD and LIST serves for a swap': async (context) => {
    const { store } = context;
    await store.put('it', bytes('0'));
    const found = await store.get('it');
    if (found.kind !== 'found') throw new Error('not found');
    await found.body[Symbol.asyncIterator]().return?.();
    await swap(context, found.etag, '1');
    await swap(context, (await store.head('it')).etag, '2');
    await swap(context, (await store.list('it')).objects[0]?.etag ?? '', '3');
    expect(await readText(store, 'it')).toBe('3');
  },
  'a swap on a stale ETag is refused': async (context) => {
    const { store } = context;
    const stale = await store.put('it', bytes('one'));
    await store.put('it', bytes('two'));
    await expectRefusal(swap(context, stale.etag, 'three'), 'precondition');
    expect(await readText(store, 'it')).toBe('two');
  },
  'a swap on a missing key is refused, and makes nothing': async (context) => {
    const { store, traits } = context;
    const { etag } = await store.put('it', bytes('gone'));
    await store.delete('it');
    await expectRefusal(swap(context, etag, 'back'), traits.swapOfMissing);
    await expectRefusal(store.head('it'), 'missing');
  },
  'of 32 creates at once exactly one wins, in every round': async ({ store }) => {
    for (let round = 0; round < 4; round += 1) await expectOneWinner(store, `race-${round}`, 32, absent);
  },
  'of 32 swaps at once exactly one wins, in every round': async ({ store, traits }) => {
    let { etag } = await store.put('race', bytes('start'));
    for (let round = 0; round < 4; round += 1) {
      await expectOneWinner(store, 'race', 32, { kind: 'match', etag: named(traits, etag) });
      etag = (await store.put('race', bytes(`round ${round}`))).etag;
    }
  },
};
