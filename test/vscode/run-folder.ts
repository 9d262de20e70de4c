import { inPlace } from './folder.host.ts';
import { runSuites } from './harness.ts';

/** VS Code calls this in its extension host, on a workspace whose datastore is a folder; the environment names it, and a second workspace. */
export async function run(): Promise<void> {
  const report = await runSuites([inPlace]);
  if (report.failed > 0) throw new Error(`${report.failed} of ${report.tests.length} failed`);
}
