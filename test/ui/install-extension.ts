import { execFileSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { ensureVsCodeServer } from '../support/vscode-server/install.ts';
import { installVsix } from '../support/vscode-server/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder where the packed extension is installed; null where there is no VS Code. */
    readonly extensionsDir: string | null;
  }
}

/** Before any test of this layer: the extension is packed, and installed once for all servers. */
export default async function installExtension(project: TestProject): Promise<() => Promise<void>> {
  const installed = await ensureVsCodeServer();
  if ('unavailable' in installed) {
    project.provide('extensionsDir', null);
    return async () => {};
  }
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'datastore-packed-')));
  const vsix = join(scratch, 'extension.vsix');
  const top = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, ['scripts/package.ts', vsix], { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
  await installVsix(installed, scratch, vsix);
  project.provide('extensionsDir', join(scratch, 'extensions'));
  return () => rm(scratch, { recursive: true, force: true });
}
