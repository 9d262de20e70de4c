import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, openPage } from '../support/vscode-server/browser.ts';
import { Workbench } from '../support/vscode-server/workbench.ts';
import { describeUi, type Stage, setStage } from './stage.ts';

/** What VS Code asks its own translations for the language: a language pack would set it. */
const IN_GERMAN = "globalThis._VSCODE_NLS_LANGUAGE = 'de';";

describeUi('in German', () => {
  let stage: Stage;
  let browser: Browser;
  beforeAll(async () => {
    stage = await setStage();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await stage.close();
  });

  it('status bar, views, welcome, commands and messages are German', async () => {
    const folder = await stage.rig.workspace('deutsch', { 'notizen.txt': 'eins\n', 'modelle/a.json': '{}\n' });
    const { page, errors } = await openPage(browser, stage.vscode.pageUrl({ folder }), async (one) => {
      await one.addInitScript(IN_GERMAN);
    });
    const window = new Workbench(page, errors);
    await window.waitReady();

    await window.statusBarItem(/wartet auf Ihre Antwort/);
    await window.openView('Inhalt');
    expect(await window.trees.message('Inhalt')).toContain('Vor Ihrer Antwort wird mit niemandem Kontakt aufgenommen');
    await window.screenshot('german-asking-light');
    await window.runCommand('Datastore: Verbindungsfrage beantworten…');
    const question = await window.dialogs.read();
    expect(question.detail).toContain('Geteilter Ordner: ');
    await window.dialogs.press('Verbinden');
    await window.statusBarItem(/abgeglichen/, 30_000);

    await window.openView('Status');
    expect((await window.trees.row('Status', 'Sperre')).description).toBe('frei');
    expect((await window.trees.row('Status', 'Abgeglichen')).description).toBe('nichts zu übertragen');
    await window.screenshot('german-status-light');
    await window.openView('Inhalt');
    await window.trees.row('Inhalt', 'notizen.txt');
    await window.runCommand('Datastore: Sperre erklären…');
    await window.page.getByText('Niemand schreibt.').waitFor();
    await window.screenshot('german-lock-light');
    await window.page.keyboard.press('Escape');
    await window.setTheme('dark');
    await window.screenshot('german-dark');
    await page.close();
  });
});
