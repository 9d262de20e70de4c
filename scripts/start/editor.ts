import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureVsCodeServer, type VsCodeServer } from '../../test/support/vscode-server/install.ts';
import { type RunningServer, startVsCodeServer } from '../../test/support/vscode-server/server.ts';
import type { Stage } from './stage.ts';

export type Editor =
  | { readonly kind: 'desktop'; stop(): Promise<void> }
  | { readonly kind: 'server'; readonly url: string; stop(): Promise<void> }
  | { readonly kind: 'none'; readonly reason: string; stop(): Promise<void> };

/** Opens VS Code on alice with the extension of this checkout: the desktop one where there is one, else VS Code's own server. */
export async function openEditor(stage: Stage, project: string): Promise<Editor> {
  if (spawnSync('code', ['--version'], { stdio: 'ignore' }).status === 0) return openDesktop(stage, project);
  const installed = await ensureVsCodeServer();
  if ('unavailable' in installed) return { kind: 'none', reason: installed.unavailable, stop: async () => {} };
  try {
    const server = await installExtension(installed, stage, project);
    return { kind: 'server', url: `${server.url}/?folder=${stage.alice}`, stop: () => server.stop() };
  } catch (error) {
    return { kind: 'none', reason: error instanceof Error ? error.message : String(error), stop: async () => {} };
  }
}

/** VS Code's server with the packed extension, as users install it. */
export async function installExtension(installed: VsCodeServer, stage: Stage, project: string): Promise<RunningServer> {
  const vsix = join(stage.folder, 'datastore-sync.vsix');
  const packed = spawnSync(process.execPath, ['scripts/package.ts', vsix], { cwd: project, encoding: 'utf8' });
  if (packed.status !== 0) throw new Error(`the extension could not be packed: ${packed.stderr}`);
  const server = await startVsCodeServer(installed, {
    env: stage.env,
    serverDataDir: join(stage.folder, 'vscode'),
    driver: false,
  });
  await server.installVsix(vsix);
  return server;
}

function openDesktop(stage: Stage, project: string): Editor {
  const profile = [
    '--user-data-dir',
    join(stage.folder, 'vscode'),
    '--extensions-dir',
    join(stage.folder, 'extensions'),
  ];
  const child = spawn(
    'code',
    [...profile, '--wait', '--new-window', `--extensionDevelopmentPath=${project}`, stage.alice],
    {
      env: { ...process.env, ...stage.env },
      stdio: 'ignore',
    },
  );
  return {
    kind: 'desktop',
    stop: async () => {
      child.kill('SIGTERM');
    },
  };
}
