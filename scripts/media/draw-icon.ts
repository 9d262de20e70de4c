import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../../test/support/vscode-server/browser.ts';

/* node scripts/media/draw-icon.ts: media/icon.png, 128 by 128, from icon.svg beside this file. */
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const svg = await readFile(at('icon.svg'), 'utf8');
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
  await page.screenshot({ path: at('../../media/icon.png'), omitBackground: true });
} finally {
  await browser.close();
}
