import { expect, test } from 'vitest';
import type { StoreErrorKind } from '../../src/core/errors.ts';
import type { Head } from '../../src/core/format/records.ts';
import { judgeSwap, type SwapVerdict } from '../../src/core/swap.ts';

interface Row {
  readonly answer: StoreErrorKind;
  /** What is read back; `ours` is the write itself, `named` the version it named. */
  readonly found: 'ours' | 'named' | 'nothing' | Partial<Head>;
  /** A renewal or release otherwise. */
  readonly commits?: true;
  /** It had to be absent. */
  readonly creates?: true;
  readonly verdict: SwapVerdict;
}

const GENERATION = 12;

const pointer = (generation: number, id: string) => ({
  generation,
  id,
  key: `commits/${String(generation).padStart(10, '0')}-${id}.json`,
  sha256: '0'.repeat(64),
  committedAt: '2026-01-01T00:00:00.000Z',
  by: 'alice@host',
});

const before: Head = {
  format: 1,
  datastoreId: 'store',
  epoch: 7,
  nonce: 'before',
  lease: null,
  commit: pointer(GENERATION - 1, 'parent'),
  recentCommits: ['parent'],
};
const commit: Head = {
  ...before,
  nonce: 'ours',
  commit: pointer(GENERATION, 'mine'),
  recentCommits: ['mine', 'parent'],
};
const renewal: Head = { ...before, nonce: 'ours' };

const others = (generation: number, recentCommits: readonly string[] = ['theirs']): Partial<Head> => ({
  nonce: 'theirs',
  commit: pointer(generation, 'theirs'),
  recentCommits,
});

const rows: Record<string, Row> = {
  '412, and it is ours after all: a retry on the way': { answer: 'precondition', found: 'ours', verdict: 'won' },
  '412, another has written': { answer: 'precondition', found: others(GENERATION), commits: true, verdict: 'lost' },
  '412, another has renewed': { answer: 'precondition', found: { nonce: 'theirs' }, verdict: 'lost' },
  '412, our commit is in, and somebody has written since': {
    answer: 'precondition',
    found: others(GENERATION + 1, ['theirs', 'mine']),
    commits: true,
    verdict: 'superseded',
  },
  '412, but the very version we named stands there': { answer: 'precondition', found: 'named', verdict: 'misjudged' },
  '412 on a create, another has created': {
    answer: 'precondition',
    found: { nonce: 'theirs' },
    creates: true,
    verdict: 'lost',
  },
  '412 on a create, and nothing is there': {
    answer: 'precondition',
    found: 'nothing',
    creates: true,
    verdict: 'resend',
  },
  '409, nothing moved': { answer: 'conflict', found: 'named', verdict: 'resend' },
  '409, another has won': { answer: 'conflict', found: others(GENERATION), commits: true, verdict: 'lost' },
  '409, we have won': { answer: 'conflict', found: 'ours', verdict: 'won' },
  '404 on a named version': { answer: 'missing', found: 'nothing', verdict: 'vanished' },
  '400 or 501': { answer: 'unsupported', found: 'named', verdict: 'unsupported' },
  '400 or 501, whatever is there': { answer: 'unsupported', found: 'nothing', verdict: 'unsupported' },
  'timeout before the effect': { answer: 'unreachable', found: 'named', verdict: 'resend' },
  'timeout after the effect': { answer: 'unreachable', found: 'ours', verdict: 'won' },
  'timeout, and another came first': {
    answer: 'unreachable',
    found: others(GENERATION),
    commits: true,
    verdict: 'lost',
  },
  'timeout after the effect, and another has committed since': {
    answer: 'unreachable',
    found: others(GENERATION + 1, ['theirs', 'mine']),
    commits: true,
    verdict: 'superseded',
  },
  'timeout, and the register is gone': { answer: 'unreachable', found: 'nothing', verdict: 'vanished' },
  'timeout of a create before the effect': {
    answer: 'unreachable',
    found: 'nothing',
    creates: true,
    verdict: 'resend',
  },
  'timeout of a create after the effect': { answer: 'unreachable', found: 'ours', creates: true, verdict: 'won' },
  '5xx before the effect': { answer: 'busy', found: 'named', verdict: 'resend' },
  '5xx after the effect': { answer: 'busy', found: 'ours', verdict: 'won' },
  'damaged on the way': { answer: 'checksum', found: 'named', verdict: 'resend' },
  'another without our commit, 31 generations later': {
    answer: 'busy',
    found: others(GENERATION + 31),
    commits: true,
    verdict: 'lost',
  },
  'another without our commit, 32 generations later: forgotten, perhaps': {
    answer: 'busy',
    found: others(GENERATION + 32),
    commits: true,
    verdict: 'ask-the-chain',
  },
  'a renewal never asks the chain, however far it went': {
    answer: 'busy',
    found: others(GENERATION + 99),
    verdict: 'lost',
  },
  'a renewal is not taken for won because the commit it carried stands': {
    answer: 'busy',
    found: { nonce: 'theirs', recentCommits: ['parent'] },
    verdict: 'lost',
  },
  'the remote fell behind: a restored bucket': { answer: 'busy', found: others(2), commits: true, verdict: 'lost' },
};

test.each(Object.entries(rows))('%s', (_title, { answer, found, commits, creates, verdict }) => {
  const sent = commits ? commit : renewal;
  const named = creates ? null : '"named"';
  const back = {
    ours: { etag: '"new"', head: sent },
    named: { etag: '"named"', head: before },
    nothing: null,
  };
  const readBack = typeof found === 'string' ? back[found] : { etag: '"other"', head: { ...before, ...found } };
  expect(judgeSwap({ sent, commits: commits === true, named, answer, found: readBack })).toBe(verdict);
});
