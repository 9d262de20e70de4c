import { type DoctorLine, doctorCode, doctorSummary } from '../../core/doctor/doctor-line.ts';
import { EXIT_CODES } from '../../core/errors.ts';
import { runCheckup } from '../../engine/checkup/checkup.ts';
import { COMMON, type Command, type CommandContext, type Outcome } from '../command.ts';
import type { Failure } from '../failure.ts';
import { doctorLines } from '../render/doctor-text.ts';
import { backendText } from '../render/status-text.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '',
  summary: 'check everything a sync stands on, with a remedy for each trouble',
  details: [
    'Looks at the configuration, credentials, the store (reach, region, clock, permissions, conditional writes, versioning, encryption), the lease, and this machine (watches, state folder, record of the last sync, staging, free space). Works without a network and without a configuration, too.',
    'Nothing is changed but objects below probe/, which are removed again, and a note of what they showed. The report has no secrets: copy it into a question. The exit code is 0 unless a line says problem.',
  ],
  flags: ['json', ...COMMON],
  positionals: { least: 0, most: 0, words: '' },
  passes: false,
  writes: () => false,
  run: (context) => context.limited((signal) => examine(context, signal)),
};

async function examine(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { host, flags, paint, reporter } = context;
  const workspace = await host.findWorkspace(flags.cwd ?? '.');
  const url = flags.datastore === undefined ? null : { source: '--datastore', url: flags.datastore };
  const config = await host.readConfig(workspace, url);
  const parts = await host.openCheckup({ workspace, config });
  try {
    const lines = await runCheckup(parts, { describe: backendText, signal, onStep: reporter.step });
    reporter.done();
    const place = { version: host.version, platform: parts.machine.platform, workspace };
    const code = doctorCode(lines);
    return {
      code,
      document: { ...place, lines, ...(code === 0 ? {} : { error: failureOf(lines, code) }) },
      lines: doctorLines(place, lines, paint),
    };
  } finally {
    parts.close();
  }
}

/** The problem that gave the code. */
function failureOf(lines: readonly DoctorLine[], code: number): Failure {
  const worst = lines.find(({ level, kind }) => level === 'problem' && EXIT_CODES[kind ?? 'failed'] === code);
  return {
    kind: worst?.kind ?? 'failed',
    message: `${doctorSummary(lines)} ${worst?.topic ?? ''}: ${worst?.text ?? ''}`,
    remedy: worst?.remedy ?? 'See lines.',
  };
}
