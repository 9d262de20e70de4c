import { expect, test } from 'vitest';
import { added, type Ledger, ledgerText, type Played, parseLedger } from '../bench/ledger.ts';
import { parseOptions } from '../bench/options.ts';
import { pageText } from '../bench/page.ts';
import { sharesOf } from '../bench/shares.ts';
import type { Sample } from '../bench/story.ts';
import { tabulate } from '../bench/table.ts';

/* Stories of the benchmark that were measured at different times, on one page. */

const EMPTY: Ledger = { played: [], flushes: null };
const sample: Sample = {
  wallMs: 100,
  flushMs: 0,
  cpuMs: 10,
  peakBytes: 1e8,
  requests: Number.NaN,
  bytesUp: 0,
  bytesDown: 0,
};
const played = (more: Partial<Played> = {}): Played => ({
  store: 'dev',
  latency: 0,
  story: 'files',
  commit: 'abc1234',
  date: '2026-11-22',
  machine: '2 × a processor',
  load: 1.25,
  sizes: { files: 10_000, many: 100_000, million: 1_000_000, largeBytes: 2 ** 30, runs: 5, warmUp: true },
  programs: { datastore: '1', rclone: '2' },
  baselines: { nodeMs: 40, copyMs: 500 },
  profiles: {},
  tables: tabulate(
    new Map([
      [
        'W1',
        new Map([
          ['datastore', [sample]],
          ['rclone', [sample]],
        ]),
      ],
    ]),
    ['datastore', 'rclone'],
  ),
  ...more,
});

test('a story that is measured again takes the place of the one before, and no other', () => {
  const far = played({ latency: 20 });
  const first = added(added(added(EMPTY, played({ store: 'ceph' })), far), played());
  const again = added(first, played({ commit: 'def5678' }));
  expect(again.played.map(({ store, latency, commit }) => [store, latency, commit])).toEqual([
    ['dev', 0, 'def5678'],
    ['dev', 20, 'abc1234'],
    ['ceph', 0, 'abc1234'],
  ]);
});

test('what nobody counted comes back from the file as what nobody counted', () => {
  const ledger = added(EMPTY, played());
  expect(parseLedger(ledgerText(ledger))).toEqual(ledger);
});

test('each story says when and on which commit it was measured', () => {
  const ledger = added(added(EMPTY, played()), played({ latency: 20, commit: 'def5678', date: '2026-11-23' }));
  const page = pageText({ ...ledger, flushes: { datastore: 20, rclone: 0 } });
  expect(page).toContain(
    '| W1 | Dev S3 server, 20 ms added to every answer | 10,000 files of 1 to 4 KiB of random bytes | 5 | 2026-11-23 | `def5678` | 1.3 |',
  );
  expect(page).toContain('- `datastore`: 1\n- `rclone`: 2\n');
  expect(page).toContain('`datastore` 20, `rclone` 0');
  expect(page.match(/^## .*/gm)).toEqual([
    '## What was measured when',
    '## Goals',
    '## Dev S3 server',
    '## Dev S3 server, 20 ms added to every answer',
  ]);
});

test('half a story is not written', () => {
  expect(() => parseOptions(['--only', 'W2', '--write', 'page.md'])).toThrow('--only takes W1,W2,W3,W4,W8 together');
  expect(parseOptions(['--only', 'W5,W5B', '--write', 'page.md']).only.size).toBe(4);
});

test('a goal that is not met is explained, with where the time goes', () => {
  const profiles = { W1: [{ what: '`lstat`', ms: 36.2 }] };
  const page = pageText(added(EMPTY, played({ profiles })));
  expect(page).toContain('In our way: every file is looked at three times');
  expect(page).toContain('(`node --cpu-prof`): `lstat` 36 ms.');
});

test('a profile is summed by function, what Node brings by module', () => {
  const frames = ['(idle)', 'scanRoot', 'scanRoot2', '', 'load', 'wrap', 'lstat'];
  const urls = [
    '',
    'file:///a.cjs',
    'file:///a.cjs',
    'file:///a.cjs',
    'node:internal/modules/cjs/loader',
    'node:internal/modules/helpers',
    '',
  ];
  const nodes = frames.map((functionName, id) => ({ id, callFrame: { functionName, url: urls[id] ?? '' } }));
  const shares = sharesOf({
    nodes,
    samples: [0, 1, 2, 3, 4, 5, 6, 6],
    timeDeltas: [500, 2000, 1500, 100, 300, 300, 900, 1000],
  });
  expect(shares).toEqual([
    { what: '`scanRoot`', ms: 3.5 },
    { what: '`lstat`', ms: 1.9 },
    { what: '`node:internal/modules`', ms: 0.6 },
    { what: 'waiting', ms: 0.5 },
    { what: 'functions without a name', ms: 0.1 },
  ]);
});
