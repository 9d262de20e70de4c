import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectSoon, SOON_MS } from './expect-soon.ts';

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

/** Until each extension host that was started from this data folder has ended, as its server says. Throws after half a minute. */
export async function untilHostsEnded(serverDataDir: string): Promise<void> {
  const root = join(serverDataDir, 'data', 'logs');
  await expectSoon(
    'the end of all extension hosts',
    async () => {
      const alive = new Set<string>();
      for await (const file of glob('*/remoteagent.log', { cwd: root })) {
        const log = await readFile(join(root, file), 'utf8');
        for (const [, connection = '', ended] of log.matchAll(HOST)) {
          if (ended === undefined) alive.add(connection);
          else alive.delete(connection);
        }
      }
      return [...alive];
    },
    (alive) => (alive.length === 0 ? true : undefined),
    SOON_MS,
  );
}

const HOST =
  /\[(\w+)\]\[ExtensionHostConnection\] (?:Starting extension host process|<\d+> (Extension Host Process exited))/g;

function byNumber(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
