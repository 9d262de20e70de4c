import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { forgeRemote, type Json, lineFor, remotePaths, sha256 } from './forged-remote.ts';
import { openVictim } from './open-victim.ts';

/* Slices that say they are compressed, and are not as their entry says. Every name of an object is right. */

const GOOD = 'good content';
const CONTENT = 'compressed content, '.repeat(40);
const frame = zstdCompressSync(CONTENT);

/** A frame that asks for a window of 128 MiB before its first byte, by RFC 8878: magic, descriptors, one raw block. */
const greedy = Buffer.concat([
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88]),
  Buffer.from([(CONTENT.length << 3) | 1, CONTENT.length >> 5, CONTENT.length >> 13]),
  Buffer.from(CONTENT),
]);

type Row = readonly [what: string, stored: Uint8Array, entry?: Json, slice?: Json];

const rows: readonly Row[] = [
  ['decodes to 64 MiB', zstdCompressSync(Buffer.alloc(64 << 20))],
  ['decodes to 64 MiB, and names as many bytes as it has', zstdCompressSync(Buffer.alloc(64 << 20)), { size: 2_060 }],
  ['is cut', frame, {}, { length: frame.length - 5 }],
  ['has fewer bytes than named', frame, { size: CONTENT.length + 1 }],
  ['has more bytes than named', frame, { size: CONTENT.length - 1 }],
  ['has other bytes than named', zstdCompressSync(CONTENT.toUpperCase())],
  ['asks for a large window', greedy],
  ['is of an unknown kind', frame, {}, { encoding: 'zstd2' }],
  ['is named by no hash', frame, {}, { sha256: 'none' }],
  ['is not compressed', Buffer.from(CONTENT)],
];

// Two of one object come by one request, and are decoded in memory.
test.each(rows.flatMap((row) => [[1, ...row] as const, [2, ...row] as const]))(
  'of %i: a slice that %s is refused, and all else comes',
  async (count, _what, stored, entry = {}, slice = {}) => {
    const victim = openVictim();
    onTestFinished(() => victim.close());
    writeFileSync(join(victim.folder.root, 'own'), 'own');
    const object = `objects/${sha256(stored)}-1`;
    await victim.store.put(object, stored);
    const slices = [{ object, offset: 0, length: stored.length, encoding: 'zstd', ...slice }];
    const bad = ['m', 'n'].slice(0, count);
    const lines = bad.map((path) => lineFor(path, CONTENT, { slices, ...entry }));
    await forgeRemote(victim.store, [GOOD], [lineFor('a', GOOD), lineFor('z', GOOD), ...lines]);
    const report = await victim.datastore.sync();
    expect(report.problems.map(({ path }) => path).toSorted()).toEqual(bad);
    expect(report).toMatchObject({ downloaded: 2, uploaded: 1 });
    expect(Object.fromEntries(victim.folder.files())).toEqual({ a: GOOD, z: GOOD, own: 'own' });
    expect(await remotePaths(victim.store)).toEqual(new Set(['a', 'z', 'own', ...bad]));
  },
);

// What counts is that the bytes are those of the hash; behind the end of a frame nobody looks.
test.each([
  ['named as it is', frame],
  ['with another behind it', Buffer.concat([frame, frame])],
])('the same frame, %s, comes', async (_how, stored) => {
  const victim = openVictim();
  onTestFinished(() => victim.close());
  const object = `objects/${sha256(stored)}-1`;
  await victim.store.put(object, stored);
  const slices = [{ object, offset: 0, length: stored.length, encoding: 'zstd', sha256: sha256(CONTENT) }];
  await forgeRemote(victim.store, [], [lineFor('m', CONTENT, { slices }), lineFor('n', CONTENT, { slices })]);
  expect(await victim.datastore.sync()).toMatchObject({ downloaded: 2, problems: [] });
  expect(Object.fromEntries(victim.folder.files())).toEqual({ m: CONTENT, n: CONTENT });
});
