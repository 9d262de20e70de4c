import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until this process holds the lock folder at `path`, and returns its release. A lock whose process has died is
 * taken over. It saves a second install, no more: the install itself is safe to run twice, because it ends in a rename.
 */
export async function acquireInstallLock(path: string): Promise<() => Promise<void>> {
  for (let waits = 0; ; waits++) {
    if (await tryCreate(path)) return () => rm(path, { recursive: true, force: true });
    if (waits === 0) process.stderr.write(`vscode-server: waiting for another install (${path})\n`);
    await sleep(POLL_MS);
    if (await isAbandoned(path)) await rm(path, { recursive: true, force: true });
  }
}

const POLL_MS = 500;

async function tryCreate(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
  await writeFile(join(path, 'pid'), String(process.pid));
  return true;
}

async function isAbandoned(path: string): Promise<boolean> {
  const text = await readFile(join(path, 'pid'), 'utf8').catch(() => '');
  const pid = Number(text);
  // Without a pid its owner is between mkdir and writeFile, or died there: a later poll cannot tell either,
  // so an empty lock is given one more poll and then taken.
  if (!Number.isInteger(pid) || pid <= 0) {
    await sleep(POLL_MS);
    return (await readFile(join(path, 'pid'), 'utf8').catch(() => '')) === '';
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
