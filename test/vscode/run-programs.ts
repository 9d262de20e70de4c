import { agreed } from './agree.ts';
import { api } from './api.host.ts';
import { runSuites } from './harness.ts';
import { links } from './links.host.ts';
import { tasks } from './tasks.host.ts';
import { tools } from './tools.host.ts';

/** VS Code calls this in its extension host, on a workspace on S3: what other programs use of the extension. */
export async function run(): Promise<void> {
  const report = await runSuites([agreed, api, tools, tasks, links]);
  if (report.failed > 0) throw new Error(`${report.failed} of ${report.tests.length} failed`);
}
