import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import { drawn } from '../support/drawn.ts';
import { forgeRemote, type Json, lineFor, sha256 } from './forged-remote.ts';
import { openVictim } from './open-victim.ts';

/* Slices that say another hash than their bytes have, in entries whose own hash is right: who looks for those bytes would get others. */

const CONTENT = 'some content, '.repeat(40);
const OTHER = 'another content';
/** As long as a chunk. */
const TRAP = CONTENT.repeat(2).slice(0, 1_000);
const WRONG = sha256('what somebody looks for');
const [FIRST, SECOND] = [CONTENT.slice(0, 300), CONTENT.slice(300)];
const frame = (text: string) => zstdCompressSync(text);

const CHUNKS: ChunkLimits = { least: 1_000, average: 1_000, most: 1_000 };

const victimOf = (shape?: Parameters<typeof openVictim>[0]) => {
  const victim = openVictim(shape);
  onTestFinished(() => victim.close());
  return victim;
};

type Victim = ReturnType<typeof openVictim>;

/** Puts what is stored there, by its right name if no other is given. The slice names all of it. */
async function stored({ store }: Victim, bytes: Uint8Array | string, more: Json = {}, name = sha256(bytes)) {
  const object = `objects/${name}-1`;
  await store.put(object, Buffer.from(bytes));
  return { object, offset: 0, length: bytes.length, ...more };
}

const isZstd = { encoding: 'zstd' };
const WRONG_ZSTD = { ...isZstd, sha256: WRONG };

type Row = readonly [what: string, slices: (victim: Victim) => Promise<readonly Json[]>];

const wrong: readonly Row[] = [
  ['the only one, as it is', async (to) => [await stored(to, CONTENT, { sha256: WRONG })]],
  ['the only one, compressed', async (to) => [await stored(to, frame(CONTENT), WRONG_ZSTD)]],
  ['one of a pack', async (to) => [{ ...(await stored(to, `${CONTENT}${OTHER}`)), length: 560, sha256: WRONG }]],
  ['the first of two', async (to) => [await stored(to, FIRST, { sha256: WRONG }), await stored(to, SECOND)]],
  ['the last of two, compressed', async (to) => [await stored(to, FIRST), await stored(to, frame(SECOND), WRONG_ZSTD)]],
  [
    'one of two, by the name of its object',
    async (to) => [await stored(to, FIRST), await stored(to, SECOND, {}, WRONG)],
  ],
];

// Beside an entry with the same bytes by the same slices, that says nothing wrong of them.
test.each(wrong)('%s: verify names that file, and no other', async (_what, slicesFor) => {
  const victim = victimOf();
  const slices = await slicesFor(victim);
  const right = slices.map((slice) => ({ ...slice, sha256: undefined }));
  const isNamedOnly = slices.every((slice) => !('sha256' in slice));
  const lines = [lineFor('bad', CONTENT, { slices }), lineFor('bad2', CONTENT, { slices })];
  const sound = isNamedOnly ? [] : [lineFor('good', CONTENT, { slices: right })];
  await forgeRemote(victim.store, [OTHER], [...lines, ...sound, lineFor('other', OTHER)]);
  const { drift } = await victim.datastore.verify();
  expect(drift.map(({ path, kind }) => [path, kind])).toEqual([
    ['bad', 'remote-damaged'],
    ['bad2', 'remote-damaged'],
  ]);
});

const right: readonly Row[] = [
  ['the only one', async (to) => [await stored(to, frame(CONTENT), { ...isZstd, sha256: sha256(CONTENT) })]],
  ['two', async (to) => [await stored(to, FIRST, { sha256: sha256(FIRST) }), await stored(to, SECOND)]],
  // Its name is that of more than the slice.
  [
    'the beginning of a larger object',
    async (to) => [{ ...(await stored(to, `${FIRST}more`)), length: FIRST.length }, await stored(to, SECOND)],
  ],
  [
    'what follows in one object',
    async (to) => {
      const { object } = await stored(to, `${SECOND}${FIRST}`);
      return [
        { object, offset: SECOND.length, length: FIRST.length },
        { object, offset: 0, length: SECOND.length, sha256: sha256(SECOND) },
      ];
    },
  ],
];

test.each(right)('%s, named as it is: verify finds nothing', async (_what, slicesFor) => {
  const victim = victimOf();
  await forgeRemote(victim.store, [], [lineFor('m', CONTENT, { slices: await slicesFor(victim) })]);
  expect(await victim.datastore.verify()).toMatchObject({ drift: [], remoteFiles: 1 });
  expect(await victim.datastore.sync()).toMatchObject({ downloaded: 1, problems: [] });
});

const large = drawn(5_500);
const chunks = Array.from({ length: 6 }, (_, nth) => large.subarray(1_000 * nth, 1_000 * nth + 1_000));

/** A large file, right but for one object that is gone, and beside it what says that it has the bytes of that object. */
async function forgeTrap(victim: Victim, trap: Json): Promise<void> {
  const slices = await Promise.all(chunks.map((chunk) => stored(victim, chunk)));
  await forgeRemote(
    victim.store,
    [],
    [
      lineFor('large', '', { sha256: sha256(large), size: large.length, slices }),
      lineFor('trap', TRAP, { slices: [trap] }),
    ],
  );
  await victim.store.delete(slices[3]?.object ?? '');
}

test.each([
  ['as it is', TRAP, {}],
  ['compressed', frame(TRAP), isZstd],
])('a repair takes nothing from a slice that says another hash than it has, %s', async (_how, bytes, more) => {
  const victim = victimOf({ chunks: CHUNKS });
  writeFileSync(join(victim.folder.root, 'large'), large);
  await forgeTrap(victim, await stored(victim, bytes, { ...more, sha256: sha256(chunks[3] ?? '') }));
  const { repaired, drift } = await victim.datastore.verify({ repair: true });
  expect(repaired).toMatchObject([{ path: 'large', kind: 'remote-missing' }]);
  expect(drift).toMatchObject([{ path: 'trap', kind: 'remote-damaged' }]);
  expect((await victim.datastore.verify()).drift.map(({ path }) => path)).toEqual(['trap']);
});

test('what cannot be read here stands for nothing: it is sent', async () => {
  const victim = victimOf({ chunks: CHUNKS });
  const unknown = { encoding: 'zstd2' };
  const first = await stored(victim, chunks[0] ?? '');
  const second = await stored(victim, 'who knows', { ...unknown, sha256: sha256(chunks[1] ?? '') });
  const whole = await stored(victim, 'nobody', unknown);
  const two = large.subarray(0, 2_000);
  await forgeRemote(
    victim.store,
    [],
    [
      lineFor('two', '', { sha256: sha256(two), size: 2_000, slices: [first, second] }),
      lineFor('unknown', CONTENT, { slices: [whole] }),
    ],
  );
  writeFileSync(join(victim.folder.root, 'large'), large);
  writeFileSync(join(victim.folder.root, 'same'), CONTENT);
  expect(await victim.datastore.sync()).toMatchObject({ uploaded: 2, downloaded: 0 });
  for (const { path, ...entry } of (await victim.datastore.contents()).values()) {
    if (!('slices' in entry) || !['large', 'same'].includes(path)) continue;
    expect(entry.slices.map(({ encoding }) => encoding)).not.toContain('zstd2');
  }
  expect((await victim.datastore.verify()).drift.map(({ path, kind }) => [path, kind])).toEqual([
    ['two', 'remote-unreadable'],
    ['unknown', 'remote-unreadable'],
  ]);
});
