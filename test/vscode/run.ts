import { activation } from './activation.host.ts';
import { commands } from './commands.host.ts';
import { runSuites } from './harness.ts';
import { unsaved } from './unsaved.host.ts';

/** VS Code calls this in its extension host, on a folder without a configuration. Rejecting makes the host's own exit code 1. */
export async function run(): Promise<void> {
  const report = await runSuites([activation, commands, unsaved]);
  if (report.failed > 0) throw new Error(`${report.failed} of ${report.tests.length} failed`);
}
