import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The logs of all extension hosts that ran from this data folder, in order of start; empty before the first. */
export async function hostLogs(serverDataDir: string): Promise<string> {
  const root = join(serverDataDir, 'data', 'logs');
  const files: string[] = [];
  for await (const file of glob('**/remoteexthost.log', { cwd: root })) files.push(file);
  const texts = await Promise.all(files.toSorted(byNumber).map((file) => readFile(join(root, file), 'utf8')));
  return texts.join('\n');
}

/** The entries of such a log that tell why an extension failed: errors, with their stacks. */
export function errorsIn(log: string): readonly string[] {
  const entries = log.split(/\n(?=\d{4}-\d\d-\d\d )/);
  return entries.filter((entry) => entry.includes('[error]'));
}

function byNumber(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
