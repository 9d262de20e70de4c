import { expect } from 'vitest';
import { nodeCodec } from '../../../src/adapters/codec.ts';
import { bytes, collect, expectRefusal, read, readText } from './check.ts';
import type { Cases, Context } from './context.ts';

const MIB = 2 ** 20;

/** Bytes without a pattern that a swapped, cut or repeated block could hide in. */
function content(size: number): Buffer {
  const out = Buffer.alloc(size);
  let state = 1;
  for (let at = 0; at + 4 <= size; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out.writeUInt32LE(state, at);
  }
  return out;
}

async function expectRoundTrip({ store, traits }: Context, size: number): Promise<void> {
  const body = content(size);
  const sha256 = nodeCodec.sha256(body);
  const { etag } = await store.put('it', body, { sha256 });
  expect(nodeCodec.sha256(await read(store, 'it'))).toBe(sha256);
  const head = await store.head('it');
  expect(head).toMatchObject({ key: 'it', etag, size });
  expect(head.sha256).toBe(traits.keepsSha256 ? sha256 : undefined);
}

async function expectRange({ store }: Context, offset: number, length: number, gives: string): Promise<void> {
  await store.put('it', bytes('0123456789'));
  const found = await store.get('it', { range: { offset, length } });
  if (found.kind !== 'found') throw new Error('not found');
  expect(found).toMatchObject({ size: 10, length: gives.length });
  expect(Buffer.from(await collect(found.body)).toString()).toBe(gives);
}

export const objectCases: Cases = {
  'what was put comes back, with its size, ETag and checksum': (context) => expectRoundTrip(context, 100_003),
  'an empty body comes back empty': (context) => expectRoundTrip(context, 0),
  'a body of 16 MiB comes back whole': (context) => expectRoundTrip(context, 16 * MIB),
  'GET, HEAD and LIST agree about an object': async ({ store }) => {
    await store.put('it', bytes('same'));
    const { key, etag, size, lastModified } = await store.head('it');
    const found = await store.get('it');
    if (found.kind !== 'found') throw new Error('not found');
    await found.body[Symbol.asyncIterator]().return?.();
    const [listed] = (await store.list('it')).objects;
    expect(found).toMatchObject({ key, etag, size, length: size, lastModified });
    expect(listed).toMatchObject({ key, etag, size });
    // A page may show milliseconds where a header has whole seconds.
    expect(Math.floor((listed?.lastModified ?? 0) / 1000)).toBe(Math.floor(lastModified / 1000));
  },
  'the date of an answer is not before the object was written': async ({ store }) => {
    await store.put('it', bytes('dated'));
    const found = await store.get('it');
    if (found.kind !== 'found') throw new Error('not found');
    await found.body[Symbol.asyncIterator]().return?.();
    expect(found.date).toBeGreaterThanOrEqual(found.lastModified);
    expect(found.date - found.lastModified).toBeLessThan(60_000);
  },
  'a range gives its bytes': (context) => expectRange(context, 3, 4, '3456'),
  'a range over the whole gives all': (context) => expectRange(context, 0, 10, '0123456789'),
  'a range past the end gives what there is': (context) => expectRange(context, 8, 10, '89'),
  'a range behind the end is rejected': async ({ store }) => {
    await store.put('it', bytes('short'));
    await expectRefusal(store.get('it', { range: { offset: 5, length: 1 } }), 'rejected');
  },
  'GET of what we have says unchanged': async ({ store }) => {
    const { etag } = await store.put('it', bytes('one'));
    expect(await store.get('it', { ifNoneMatch: etag })).toEqual({ kind: 'unchanged' });
    await store.put('it', bytes('two'));
    expect(await readText(store, 'it', { ifNoneMatch: etag })).toBe('two');
  },
  'a missing key is missing for GET and HEAD': async ({ store }) => {
    await expectRefusal(store.get('none'), 'missing');
    await expectRefusal(store.get('none', { ifNoneMatch: '"00000000000000000000000000000000"' }), 'missing');
    await expectRefusal(store.head('none'), 'missing');
  },
  'bytes other than those named by their SHA-256 are refused and not stored': async ({ store }) => {
    await expectRefusal(store.put('it', bytes('these'), { sha256: nodeCodec.sha256('others') }), 'checksum');
    await expectRefusal(store.head('it'), 'missing');
  },
  'a put replaces, and a later ETag differs': async ({ store }) => {
    const first = await store.put('it', bytes('one'));
    const second = await store.put('it', bytes('two'));
    expect(second.etag).not.toBe(first.etag);
    expect(await readText(store, 'it')).toBe('two');
  },
  'the caller may reuse its buffer once put has answered': async ({ store }) => {
    const buffer = Buffer.from('first');
    await store.put('it', buffer);
    buffer.fill(0);
    expect(await readText(store, 'it')).toBe('first');
  },
  'delete removes, and deleting again is no error': async ({ store }) => {
    await store.put('it', bytes('x'));
    await store.delete('it');
    await expectRefusal(store.head('it'), 'missing');
    await store.delete('it');
  },
  'copy makes an equal object': async ({ store }) => {
    await store.put('from', bytes('copied'));
    await store.copy('from', 'to');
    expect(await readText(store, 'to')).toBe('copied');
    expect(await readText(store, 'from')).toBe('copied');
  },
  'copy of a missing key is missing, and makes nothing': async ({ store }) => {
    await expectRefusal(store.copy('none', 'to'), 'missing');
    await expectRefusal(store.head('to'), 'missing');
  },
  'traffic counts requests and bytes of bodies': async ({ store }) => {
    await store.put('it', bytes('12345'));
    await read(store, 'it');
    expect(store.traffic).toEqual({ requests: 2, bytesUp: 5, bytesDown: 5 });
  },
};
