import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * A Chromium that playwright-core can drive: the one `CHROMIUM_PATH` names, else the first on PATH.
 * Nothing is downloaded; without one the answer says what to install.
 */
export async function ensureChromium(): Promise<{ readonly path: string } | { readonly unavailable: string }> {
  const named = process.env['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    return (await isExecutable(named))
      ? { path: named }
      : { unavailable: `CHROMIUM_PATH names ${named}, which cannot be run` };
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (folder !== '' && (await isExecutable(path))) return { path };
    }
  }
  if (await isExecutable(MAC_CHROME)) return { path: MAC_CHROME };
  return { unavailable: 'no Chromium on PATH (on Debian: apt-get install chromium), and CHROMIUM_PATH is not set' };
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_CHROME = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
