import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export type Settings = Readonly<Record<string, unknown>>;

/** Leaves a workbench with nothing in it but the folder and the extension: no welcome page, chat, tips, prompts or traffic. */
export const QUIET_SETTINGS: Settings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'window.autoDetectColorScheme': true,
  'window.autoDetectHighContrast': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.layoutControl.enabled': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'git.autofetch': false,
  'security.workspace.trust.startupPrompt': 'once',
  'security.workspace.trust.banner': 'untilDismissed',
};

/** VS Code's own extensions that a window of plain files needs to look as it does: themes, icons, the colours of JSON. */
export const FEW_BUILT_IN: readonly string[] = ['theme-defaults', 'theme-seti', 'json'];

/**
 * Merges settings into the user settings of a workbench served from this data folder; a key set to undefined is removed.
 * Windows that are open do not notice it: it holds for those opened or reloaded afterwards.
 */
export async function writeUserSettings(serverDataDir: string, changes: Settings): Promise<void> {
  const path = userSettingsPath(serverDataDir);
  await mkdir(dirname(path), { recursive: true });
  const merged = { ...(await readSettings(path)), ...changes };
  await writeFile(path, JSON.stringify(merged, null, 2));
}

/** code-server keeps user settings on the server's disk, not in the browser; all windows of one server share them. */
function userSettingsPath(serverDataDir: string): string {
  return join(serverDataDir, 'data', 'User', 'settings.json');
}

async function readSettings(path: string): Promise<Settings> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  const settings: Settings = JSON.parse(text);
  return settings;
}
