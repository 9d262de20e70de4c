import { parseArgs } from 'node:util';
import { bad, ok, type Result } from '../core/errors.ts';
import { didYouMean } from '../core/nearest-name.ts';
import { FLAGS, type FlagName, type Flags, isFlagName } from './flags.ts';

/** What a command takes; see `Command`. */
export interface Grammar {
  readonly name: string;
  readonly flags: readonly FlagName[];
  readonly positionals: { readonly least: number; readonly most: number; readonly words: string };
  /** Whether `-- CMD ARGS` follows. */
  readonly passes: boolean;
}

export type Invocation<C> =
  | {
      readonly kind: 'run';
      readonly command: C;
      readonly flags: Flags;
      readonly positionals: readonly string[];
      readonly rest: readonly string[];
    }
  | { readonly kind: 'help'; readonly topic: readonly string[] }
  | { readonly kind: 'version' };

export interface UsageProblem {
  readonly message: string;
  /** What to type to learn more. */
  readonly remedy: string;
}

/** `argv` without the program's own two words. Commands of two words (`lock acquire`) are found by their first two. */
export function parseCommandLine<C extends Grammar>(
  argv: readonly string[],
  commands: readonly C[],
): Result<Invocation<C>, UsageProblem> {
  const [first, second] = argv;
  if (first === undefined) return usage('no command', 'datastore help');
  if (first === '--version' || first === '-V') return ok({ kind: 'version' });
  if (first === '--help' || first === '-h') return ok({ kind: 'help', topic: [] });
  if (first === 'help') return ok({ kind: 'help', topic: argv.slice(1).filter((word) => !word.startsWith('-')) });
  if (first.startsWith('-'))
    return usage(`flags stand after the command: datastore COMMAND ${first}`, 'datastore help');
  const group = commands.filter((command) => command.name.startsWith(`${first} `));
  if (group.length > 0) {
    const names = group.map((command) => command.name.slice(first.length + 1));
    if (second === '--help' || second === '-h') return ok({ kind: 'help', topic: [first] });
    const chosen = group.find((command) => command.name === `${first} ${second}`);
    if (chosen !== undefined) return parseRest(argv.slice(2), chosen);
    if (second === undefined || second.startsWith('-'))
      return usage(`${first} needs one of ${names.join(', ')}`, `datastore help ${first}`);
    return usage(`unknown command "${first} ${second}"${didYouMean(second, names)}`, `datastore help ${first}`);
  }
  const command = commands.find((candidate) => candidate.name === first);
  if (command !== undefined) return parseRest(argv.slice(1), command);
  const names = [...commands.map((candidate) => candidate.name.split(' ')[0] ?? ''), 'help'];
  return usage(`unknown command "${first}"${didYouMean(first, names)}`, 'datastore help');
}

function parseRest<C extends Grammar>(argv: readonly string[], command: C): Result<Invocation<C>, UsageProblem> {
  const more = `datastore help ${command.name}`;
  const cut = argv.indexOf('--');
  const own = cut < 0 ? argv : argv.slice(0, cut);
  const after = cut < 0 ? [] : argv.slice(cut + 1);
  const allowed: readonly FlagName[] = [...command.flags, 'help'];
  const { tokens } = parseArgs({
    args: [...own],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(
        allowed.map((name) => [
          name,
          { type: FLAGS[name].value === null ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
  });
  const flags: Record<string, unknown> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const read = readFlag(token, allowed, command.name);
    if (!read.ok) return usage(read.problem, more);
    flags[token.name] = read.value;
  }
  if (flags['help'] === true) return ok({ kind: 'help', topic: command.name.split(' ') });
  const operands = command.passes ? positionals : [...positionals, ...after];
  const { least, most, words } = command.positionals;
  if (operands.length < least) return usage(`${command.name} needs ${words}`, more);
  const extra = operands[most];
  if (extra !== undefined) {
    const hint = command.passes ? ` (the command to run stands after --: datastore run -- ${operands.join(' ')})` : '';
    return usage(`${command.name} does not take "${extra}"${hint}`, more);
  }
  if (command.passes && (after[0] ?? '') === '') return usage(`${command.name} needs a command after --`, more);
  return ok({ kind: 'run', command, flags, positionals: operands, rest: command.passes ? after : [] });
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function readFlag(token: OptionToken, allowed: readonly FlagName[], command: string): Result<unknown> {
  const { name, rawName, value, inlineValue } = token;
  if (!isFlagName(name) || !allowed.includes(name)) {
    const known = isFlagName(name) ? `${command} does not take ${rawName}` : `unknown flag ${rawName}`;
    const near = rawName.startsWith('--')
      ? didYouMean(
          rawName,
          allowed.map((flag) => `--${flag}`),
        )
      : '';
    return bad(`${known}${near}`);
  }
  const flag = FLAGS[name];
  if (flag.value === null) return value === undefined ? ok(true) : bad(`${rawName} takes no value (found "${value}")`);
  if (value === undefined || (inlineValue !== true && value.startsWith('-'))) {
    return bad(`${rawName} needs a value: ${rawName} ${flag.value}`);
  }
  const read = flag.read(value);
  return read.ok ? read : bad(`${rawName}: "${value}" will not do: ${read.problem}`);
}

const usage = (message: string, more: string): { readonly ok: false; readonly problem: UsageProblem } =>
  bad({ message, remedy: `See: ${more}` });
