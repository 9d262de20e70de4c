import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { overview, topic } from '../../src/cli/help.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';

const parse = (line: string) => parseCommandLine(line === '' ? [] : line.split(' '), COMMANDS);

describe('a command line is understood', () => {
  test.each<[line: string, name: string, rest: object]>([
    ['status', 'status', { flags: {} }],
    ['sync --cwd DIR --json', 'sync', { flags: { cwd: 'DIR', json: true } }],
    ['sync --on-conflict=mine --dry-run', 'sync', { flags: { 'on-conflict': 'mine', 'dry-run': true } }],
    [
      'sync --accept-remote 12 --timeout 1.5 --wait 0',
      'sync',
      { flags: { 'accept-remote': 12, timeout: 1500, wait: 0 } },
    ],
    ['run --cwd DIR -- make -j 4 -- x', 'run', { flags: { cwd: 'DIR' }, rest: ['make', '-j', '4', '--', 'x'] }],
    ['run -- datastore --json', 'run', { flags: {}, rest: ['datastore', '--json'] }],
    ['lock acquire --for 1h30m', 'lock acquire', { flags: { for: 5_400_000 } }],
    ['lock release --force', 'lock release', { flags: { force: true } }],
    ['cat a/b', 'cat', { positionals: ['a/b'] }],
    ['cat -- --odd', 'cat', { positionals: ['--odd'] }],
    ['resolve a b --mine', 'resolve', { positionals: ['a', 'b'], flags: { mine: true } }],
    ['ls', 'ls', { positionals: [] }],
  ])('%s', (line, name, rest) => {
    expect(parse(line)).toMatchObject({ ok: true, value: { kind: 'run', command: { name }, ...rest } });
  });

  test.each<[line: string, value: object]>([
    ['--version', { kind: 'version' }],
    ['--help', { kind: 'help', topic: [] }],
    ['help lock acquire', { kind: 'help', topic: ['lock', 'acquire'] }],
    ['sync --help', { kind: 'help', topic: ['sync'] }],
    ['sync -h', { kind: 'help', topic: ['sync'] }],
    ['lock --help', { kind: 'help', topic: ['lock'] }],
    ['lock release --help', { kind: 'help', topic: ['lock', 'release'] }],
  ])('%s', (line, value) => expect(parse(line)).toEqual({ ok: true, value }));

  test('a --help after -- belongs to the program', () => {
    expect(parse('run -- make --help')).toMatchObject({ ok: true, value: { kind: 'run', rest: ['make', '--help'] } });
  });
});

describe('a mistake names what was found and the nearest that is known', () => {
  test.each<[line: string, message: string]>([
    ['', 'no command'],
    ['snyc', 'unknown command "snyc" (did you mean "sync"?)'],
    ['frobnicate', 'unknown command "frobnicate"'],
    ['--json sync', 'flags stand after the command: datastore COMMAND --json'],
    ['lock', 'lock needs one of status, acquire, release'],
    ['lock relase', 'unknown command "lock relase" (did you mean "release"?)'],
    ['lock --json', 'lock needs one of status, acquire, release'],
    ['sync --jsn', 'unknown flag --jsn (did you mean "--json"?)'],
    ['sync --dryrun', 'unknown flag --dryrun (did you mean "--dry-run"?)'],
    ['sync -n', 'unknown flag -n'],
    ['status --dry-run', 'status does not take --dry-run'],
    ['run --json -- x', 'run does not take --json'],
    ['cat a --json', 'cat does not take --json'],
    ['sync --constructor', 'unknown flag --constructor'],
    ['sync --json=yes', '--json takes no value (found "yes")'],
    ['sync --timeout', '--timeout needs a value: --timeout SECONDS'],
    ['sync --timeout --json', '--timeout needs a value: --timeout SECONDS'],
    ['sync --timeout soon', '--timeout: "soon" will not do: use a number of seconds from 0.1 to 86400'],
    ['sync --timeout 0', '--timeout: "0" will not do: use a number of seconds from 0.1 to 86400'],
    ['sync --on-conflict newest', '--on-conflict: "newest" will not do: use one of hold, mine, theirs, both'],
    ['sync --accept-remote -3', '--accept-remote needs a value: --accept-remote GENERATION'],
    [
      'sync --accept-remote last',
      '--accept-remote: "last" will not do: use the generation that was named, a whole number',
    ],
    ['lock acquire --for 30', '--for: "30" will not do: use a time such as 90s, 30m or 1h30m, of at most 168h'],
    ['sync --cwd=', '--cwd: "" will not do: it must not be empty'],
    ['sync data', 'sync does not take "data"'],
    ['cat', 'cat needs the PATH of a file'],
    ['cat a b', 'cat does not take "b"'],
    ['resolve --mine', 'resolve needs the PATH of a conflict'],
    ['run', 'run needs a command after --'],
    ['run make', 'run does not take "make" (the command to run stands after --: datastore run -- make)'],
    ['run --', 'run needs a command after --'],
  ])('%s', (line, message) => expect(parse(line)).toMatchObject({ ok: false, problem: { message } }));
});

describe('help', () => {
  const topics = [...COMMANDS.map((command) => command.name), 'lock'];
  test.each(topics)('of %s fits 80 columns and names its flags', (name) => {
    const lines = topic(name.split(' '), COMMANDS) ?? [];
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const text = lines.join('\n');
    const flags = COMMANDS.find((command) => command.name === name)?.flags ?? [];
    expect(flags.filter((flag) => !text.includes(`--${flag}`))).toEqual([]);
  });

  test('the overview fits 80 columns and names every command', () => {
    const lines = overview(COMMANDS);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(COMMANDS.filter((command) => !lines.join('\n').includes(`  ${command.name}`))).toEqual([]);
  });
});
