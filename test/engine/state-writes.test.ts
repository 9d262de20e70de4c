import { expect, test } from 'vitest';
import { openWorld, type Replica } from '../support/replica.ts';
import { lookingLate } from './late-look.ts';

/* What a cycle makes durable in the state folder, in which order: each of these waits for the disk. */

const TREE = { a: '1', b: '1' };

test.each<[what: string, alice: (one: Replica) => void, bob: (one: Replica) => void, written: readonly string[]]>([
  ['nothing to do', () => {}, () => {}, ['base.jsonl']],
  ['an edit goes up', () => {}, (bob) => bob.write('a', '2'), ['journal.json', 'base.jsonl', 'journal.json']],
  [
    'an edit comes down',
    (alice) => alice.write('a', '2'),
    () => {},
    ['base.jsonl', 'apply.json', 'base.jsonl', 'apply.json'],
  ],
  [
    'one comes, one goes',
    (alice) => alice.write('a', '2'),
    (bob) => bob.write('b', '2'),
    ['base.jsonl', 'apply.json', 'base.jsonl', 'apply.json', 'journal.json', 'base.jsonl', 'journal.json'],
  ],
])('%s', async (_what, alices, bobs, written) => {
  const world = openWorld();
  // What is young is read again, and noted.
  const [alice, bob] = [world.replica('alice', { files: lookingLate }), world.replica('bob', { files: lookingLate })];
  for (const [path, content] of Object.entries(TREE)) alice.write(path, content);
  await alice.sync();
  await bob.sync();
  // The first push notes what the store can do.
  bob.write('b', '1b');
  await bob.sync();
  await alice.sync();
  alices(alice);
  await alice.sync();
  bobs(bob);
  const names: string[] = [];
  bob.onState = (name) => void (name.startsWith('kept-') || name === 'uploads.json' || names.push(name));
  await bob.sync();
  expect(names).toEqual(written);
});
