import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { ensureChromium } from './chromium.ts';
import type { PageOptions } from './page-url.ts';
import type { RunningServer } from './server.ts';
import { Workbench } from './workbench.ts';

/** Launches a headless Chromium with a new empty profile that can reach nothing but 127.0.0.1. Throws without a Chromium. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await executable(), args: FLAGS });
}

/** The same with one profile for one window after the other: each finds the workbench compiled, and nothing else of the last. */
export async function launchProfile(): Promise<BrowserContext> {
  return chromium.launchPersistentContext('', { executablePath: await executable(), args: FLAGS, ...WINDOW });
}

async function executable(): Promise<string> {
  const found = await ensureChromium();
  if ('unavailable' in found) throw new Error(found.unavailable);
  return found.path;
}

const WINDOW = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' } as const;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  // Every stack that is asked for while the workbench starts would have its functions parsed once more.
  '--js-flags=--no-enable-lazy-source-positions',
];

/** A window on the server; resolves when it is drawn. */
export async function openWorkbench(
  browser: Browser | BrowserContext,
  server: RunningServer,
  options: PageOptions,
): Promise<Workbench> {
  const page = await openPage(browser, server.pageUrl(options));
  const workbench = new Workbench(page.page, page.errors);
  await workbench.waitReady();
  return workbench;
}

/** A window with nothing waited for, in a profile of its own or in the given one, emptied; `prepare` runs before the workbench's own scripts. */
export async function openPage(
  browser: Browser | BrowserContext,
  url: string,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<{ readonly page: Page; readonly errors: readonly string[] }> {
  const page = await ('newContext' in browser ? browser.newPage(WINDOW) : emptyPage(browser, new URL(url).origin));
  const errors: string[] = [];
  page.on('console', (message) => {
    const place = message.location().url;
    if (message.type() === 'error' && !NOISE.test(`${message.text()} ${place}`))
      errors.push(`${message.text()} (${place})`);
  });
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await prepare(page);
  await page.goto(url);
  return { page, errors };
}

async function emptyPage(profile: BrowserContext, origin: string): Promise<Page> {
  const page = await profile.newPage();
  const session = await profile.newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await session.detach();
  return page;
}

/** Files that this build of the workbench asks for and does not have, and hosts it cannot reach from here. */
const NOISE =
  /manifest\.json|update\/check|when fetching the script|vsda|[Ss]ervice ?[Ww]orker|pwa-icon|favicon|open-vsx\.org|nls\.messages|ERR_NAME_NOT_RESOLVED/;
