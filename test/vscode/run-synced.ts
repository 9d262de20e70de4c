import { doctor } from './doctor.host.ts';
import { runSuites } from './harness.ts';
import { setUp } from './set-up.host.ts';
import { synced } from './synced.host.ts';

/** VS Code calls this in its extension host, on a workspace on S3; the environment names a second one and the command line. */
export async function run(): Promise<void> {
  const report = await runSuites([synced, doctor, setUp]);
  if (report.failed > 0) throw new Error(`${report.failed} of ${report.tests.length} failed`);
}
