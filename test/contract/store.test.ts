import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { abortCases } from './store/abort-cases.ts';
import { bytes, expectRefusal, refusal } from './store/check.ts';
import { conditionCases } from './store/condition-cases.ts';
import type { Cases } from './store/context.ts';
import { keyCases } from './store/key-cases.ts';
import { objectCases } from './store/object-cases.ts';
import { starts, type Target } from './store/targets.ts';
import { measure, type Traits } from './store/traits.ts';

const cases: Cases = { ...objectCases, ...conditionCases, ...keyCases, ...abortCases };

// Started while tests are collected: a store that cannot run here must be known before its cases are listed.
const started = await Promise.all(
  Object.entries(starts).map(async ([name, start]) => ({ name, target: await start() })),
);
const measured: Record<string, Traits> = {};

afterAll(async () => {
  for (const { target } of started) if ('stop' in target) await target.stop();
  console.log('what these stores do differently, as measured:');
  console.table(measured);
});

for (const { name, target } of started) {
  if ('unavailable' in target) leaveOut(name, target.unavailable);
  else describe(name, () => checkAll(name, target));
}

function leaveOut(name: string, reason: string): void {
  console.warn(`${name}: left out, ${reason}`);
  if (process.env['CI'] === 'true') {
    test(name, () => {
      throw new Error(`left out, which CI does not allow: ${reason}`);
    });
  } else {
    test.skip(`${name} (${reason})`, () => {});
  }
}

function checkAll(name: string, target: Target): void {
  let traits: Traits;
  let count = 0;

  beforeAll(async () => {
    traits = await measure(target.open('traits'));
    measured[name] = traits;
  });

  test.each(Object.entries(cases))('%s', async (_sentence, check) => {
    count += 1;
    const prefix = `case-${count}`;
    await check({ store: target.open(prefix), prefix, open: (other) => target.open(other), traits });
  });

  const { wrongly } = target;
  if (wrongly === null) return;
  test('a missing bucket is told apart from a missing key', async () => {
    const store = wrongly.bucket();
    await expectRefusal(store.get('it'), 'no-bucket');
    await expectRefusal(store.put('it', bytes('x')), 'no-bucket');
    await expectRefusal(store.put('it', bytes('x'), { condition: { kind: 'absent' }, once: true }), 'no-bucket');
    await expectRefusal(store.list(''), 'no-bucket');
    // HEAD answers without a body, so without a name for what is missing.
    await expectRefusal(store.head('it'), 'no-bucket', 'missing');
  });
  test('a wrong secret is a matter of credentials, and no message shows it', async () => {
    const store = wrongly.secret();
    const calls = [() => store.get('it'), () => store.put('it', bytes('x')), () => store.list('')];
    for (const call of calls) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(refusal(error)).toBe('credentials');
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('not-the-secret');
    }
  });
  test('a store that nobody serves is unreachable', async () => {
    await expectRefusal(wrongly.port().get('it'), 'unreachable');
    await expectRefusal(wrongly.port().put('it', bytes('x'), { once: true }), 'unreachable');
  });
}
