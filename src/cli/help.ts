import type { Command } from './command.ts';
import { FLAGS, type FlagName } from './flags.ts';
import { WIDTH, wrap } from './render/wrap.ts';

/** `datastore help`. */
export function overview(commands: readonly Command[]): string[] {
  const names = commands.map(({ name, usage }) => (name === 'resolve' ? 'resolve PATH...' : `${name} ${usage}`.trim()));
  return [
    'Keeps a folder of runtime data in step with S3 for a whole team.',
    '',
    'Usage: datastore COMMAND [FLAGS]',
    '',
    ...table(commands.map(({ summary }, index) => [names[index] ?? '', summary])),
    '',
    'More of each: datastore help COMMAND',
    '',
    ...EXIT_CODES,
  ];
}

/** `datastore help COMMAND`; of a group (`lock`) its members. Null: no such command. */
export function topic(words: readonly string[], commands: readonly Command[]): string[] | null {
  const name = words.join(' ');
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return commandHelp(command);
  const group = commands.filter((candidate) => candidate.name.startsWith(`${name} `));
  if (name === '' || group.length === 0) return null;
  return [
    `Usage: datastore ${name} COMMAND [FLAGS]`,
    '',
    ...table(group.map((member) => [`${member.name} ${member.usage}`.trim(), member.summary])),
    '',
    `More of each: datastore help ${name} COMMAND`,
  ];
}

function commandHelp({ name, usage, summary, details, flags, passes }: Command): string[] {
  const words = passes ? ['[FLAGS]', usage] : [usage, '[FLAGS]'];
  return [
    ...wrap(`Usage: datastore ${[name, ...words].filter(Boolean).join(' ')}`, '  '),
    '',
    ...wrap(`${name}: ${summary}.`),
    ...details.flatMap((paragraph) => ['', ...wrap(paragraph)]),
    '',
    'Flags:',
    ...table([...flags, 'help' as const].map((flag) => [flagText(flag), FLAGS[flag].help])),
  ];
}

const flagText = (name: FlagName): string => {
  const { value } = FLAGS[name];
  return value === null ? `--${name}` : `--${name} ${value}`;
};

/** Two columns; a left one that is too wide stands on a line of its own. */
function table(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.min(26, Math.max(...rows.map(([left]) => left.length)));
  const indent = ' '.repeat(width + 4);
  return rows.flatMap(([left, right]) => {
    const [first = '', ...rest] = wrap(right, '', WIDTH - indent.length);
    const continued = rest.map((line) => indent + line);
    if (left.length > width) return [`  ${left}`, indent + first, ...continued];
    return [`  ${left.padEnd(width)}  ${first}`, ...continued];
  });
}

const EXIT_CODES = [
  'Exit codes:',
  '  0  done',
  '  1  failed, or some paths could not be synced',
  '  2  wrong usage or configuration',
  '  3  conflicts are held back',
  '  4  the lease is held by another',
  '  5  network, credentials, bucket, or a store that is not safe to write to',
  '  6  stopped for safety',
  '  7  with --detailed-exitcode: there is something to do',
];
