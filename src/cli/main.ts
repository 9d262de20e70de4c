import type { Command, CommandContext, Outcome } from './command.ts';
import { eventLine } from './commands/watch.ts';
import { COMMANDS } from './commands.ts';
import { openContext } from './context.ts';
import { type Failure, failureOf, SOMETHING_TO_DO } from './failure.ts';
import { overview, topic } from './help.ts';
import type { Host } from './host.ts';
import { type Invocation, parseCommandLine } from './parse.ts';
import { noPaint, safeText, terminalPaint, usesColour } from './render/paint.ts';
import { fitted } from './render/wrap.ts';
import { refuseInsideRun } from './run-marker.ts';

/** Runs one command line (without the program's own words) and gives the exit code. Never rejects. */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  const parsed = parseCommandLine(argv, COMMANDS);
  if (!parsed.ok) {
    const failure: Failure = { kind: 'usage', ...parsed.problem };
    const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
    fail(failure, { json: own.includes('--json'), events: own.includes('--json-events'), colour: false }, host);
    return 2;
  }
  const invocation = parsed.value;
  switch (invocation.kind) {
    case 'version':
      host.stdout.write(`${host.version}\n`);
      return 0;
    case 'help':
      return help(invocation.topic, host);
    case 'run':
      return run(invocation, host);
  }
}

function help(words: readonly string[], host: Host): number {
  const lines = words.length === 0 ? overview(COMMANDS) : topic(words, COMMANDS);
  if (lines === null) {
    const message = `there is no command "${words.join(' ')}"`;
    fail(
      { kind: 'usage', message, remedy: 'See: datastore help' },
      { json: false, events: false, colour: false },
      host,
    );
    return 2;
  }
  host.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

async function run(invocation: Extract<Invocation<Command>, { kind: 'run' }>, host: Host): Promise<number> {
  const { command, flags } = invocation;
  const style: Style = {
    json: flags.json === true,
    events: flags['json-events'] === true,
    colour: usesColour(host.stderr.isTerminal, host.env, flags['no-color'] === true),
  };
  const { context, close } = openContext(invocation, host);
  try {
    if (command.writes(flags)) refuseInsideRun(host.env, command.name);
    const outcome = await settled(command, context, close);
    context.reporter.done();
    print(outcome, style, host);
    await host.stdout.ready();
    return outcome.code;
  } catch (error) {
    context.reporter.done();
    const { failure, code } = failureOf(error);
    fail(failure, style, host);
    return code;
  }
}

/** The command, then the datastore closed; a failure to close (a lease that stays until its ttl) does not hide the outcome. */
async function settled(command: Command, context: CommandContext, close: () => Promise<void>): Promise<Outcome> {
  try {
    return await command.run(context);
  } finally {
    await close().catch((error: unknown) => context.reporter.line(`datastore: ${failureOf(error).failure.message}`));
  }
}

interface Style {
  readonly json: boolean;
  readonly events: boolean;
  readonly colour: boolean;
}

function print({ code, document, lines }: Outcome, { json, events }: Style, host: Host): void {
  if (events) {
    if (Object.keys(document).length > 0) host.stdout.write(eventLine('done', { ok: isOk(code), ...document }));
  } else if (json) {
    if (Object.keys(document).length > 0)
      host.stdout.write(`${JSON.stringify({ schema: 1, ok: isOk(code), ...document })}\n`);
  } else if (lines.length > 0) {
    host.stdout.write(`${fitted(host.stdout, lines).join('\n')}\n`);
  }
}

const isOk = (code: number): boolean => code === 0 || code === SOMETHING_TO_DO;

/** A machine reads it on stdout; a person on stderr, always. */
function fail(failure: Failure, { json, events, colour }: Style, host: Host): void {
  if (events) host.stdout.write(eventLine('failed', { ok: false, error: failure }));
  else if (json) host.stdout.write(`${JSON.stringify({ schema: 1, ok: false, error: failure })}\n`);
  const paint = colour ? terminalPaint : noPaint;
  const [first = '', ...more] = failure.message.split('\n').map(safeText);
  const lines = [`${paint.bad('datastore:')} ${first}`, ...more, safeText(failure.remedy)];
  host.stderr.write(`${fitted(host.stderr, lines).join('\n')}\n`);
}
