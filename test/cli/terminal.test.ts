import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openRig, type Rig } from './harness.ts';

/* What a person sees: `script` gives the program a terminal. */

const hasScript = spawnSync('script', ['--version']).status === 0;
if (!hasScript) {
  if (process.env['CI'] === 'true') throw new Error('the tests of the terminal need the program "script" (util-linux)');
  console.warn('left out: tests of the terminal, because the program "script" (util-linux) is missing');
}

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

const FILES = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}`, `${index} `.repeat(5000)]));

/** The lines of a terminal of 80 columns: what a later draw overwrote is gone. */
const lastLines = (output: string): string[] =>
  output.split('\n').map((line) => line.split('\r').findLast((part) => part !== '') ?? '');

const PHASES = /^(Connecting|Scanning|Planning|Uploading|Committing)/;

/** Colours and erasing. */
const SEQUENCES = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*[A-Za-z]`, 'g');

describe.skipIf(!hasScript)('on a terminal', () => {
  test('a bar is redrawn in place within 80 columns, and gone in the end', async () => {
    const workspace = await rig.workspace('bar', FILES);
    rig.server.faults.add({ match: { method: 'PUT', key: 'objects/' }, fault: { kind: 'latency', ms: 400 } });
    const ended = await rig.terminal(workspace, ['sync']);
    expect(ended.code).toBe(0);
    const draws = ended.stdout.split('\r').map((draw) => draw.replaceAll(SEQUENCES, ''));
    expect(draws.some((draw) => /^Uploading  \[[#-]{16}\]  \d+\/40 files  .*B/.test(draw))).toBe(true);
    expect(draws.filter((draw) => PHASES.test(draw) && draw.length > 79)).toEqual([]);
    expect(lastLines(ended.stdout.replaceAll(SEQUENCES, '').trimEnd())).toEqual([
      expect.stringMatching(/^Synced \(generation 1\)/),
    ]);
  });

  test.each<[what: string, args: string[], env: Record<string, string>, coloured: boolean]>([
    ['colours', [], {}, true],
    ['none with --no-color', ['--no-color'], {}, false],
    ['none with NO_COLOR', [], { NO_COLOR: '1' }, false],
  ])('%s', async (what, args, env, coloured) => {
    const workspace = await rig.workspace(`colour${what.length}`, { 'x.txt': 'X' });
    const ended = await rig.terminal(workspace, ['sync', ...args], env);
    expect(ended.stdout.includes('\u001B[32mSynced\u001B[39m')).toBe(coloured);
    expect(ended.stdout.includes('\u001B[32m')).toBe(coloured);
  });

  test('a set-up tells what it does within 80 columns, in whole words', async () => {
    const [one, other] = [await rig.workspace('narrow', { a: '1' }), await rig.workspace('piped', { a: '1' })];
    const to = (name: string) => ['setup', 'filesystem', '--path', path.join(rig.folder, name)];
    const { code, stdout } = await rig.terminal(one, to('narrow-place'));
    const lines = lastLines(stdout.replaceAll(SEQUENCES, '')).map((line) => line.trimEnd());
    expect([code, lines.filter((line) => line.length > 80 && line.trim().includes(' '))]).toEqual([0, []]);
    expect(lines).toContainEqual(expect.stringMatching(/^  \S/));
    const piped = await rig.cli(other, to('piped-place'));
    expect(piped.stderr.split('\n')).not.toContainEqual(expect.stringMatching(/^  /));
  });

  test('--quiet draws nothing', async () => {
    const workspace = await rig.workspace('still', FILES);
    rig.server.faults.add({ match: { method: 'PUT' }, fault: { kind: 'latency', ms: 200 } });
    const ended = await rig.terminal(workspace, ['sync', '--quiet', '--no-color']);
    expect(ended.stdout).toMatch(/^Synced [^\r]*\r\n$/);
  });
});

test('in a pipe, what lasts is said in plain lines; a short sync says nothing', async () => {
  const workspace = await rig.workspace('lines', FILES);
  rig.server.faults.add({ match: { method: 'PUT', key: 'commits/' }, fault: { kind: 'latency', ms: 3500 } });
  rig.server.faults.add({ match: { method: 'PUT', key: 'objects/' }, fault: { kind: 'latency', ms: 1500 } });
  const slow = await rig.cli(workspace, ['sync']);
  expect(slow.stderr).not.toContain('\r');
  expect(slow.stderr).not.toContain('\u001B');
  expect(slow.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(4);
  expect(slow.stderr).toMatch(/^(Uploading|Committing)/m);
  rig.server.faults.clear();
  expect(await rig.cli(workspace, ['sync'])).toMatchObject({ code: 0, stderr: '' });
});
