import { afterAll, beforeAll, expect, it } from 'vitest';
import { picture } from './picture.ts';
import { describeUi, type Stage, setStage } from './stage.ts';

/** What VS Code asks its own translations for the language: a language pack would set it. */
const IN_GERMAN = "globalThis._VSCODE_NLS_LANGUAGE = 'de';";

describeUi('in German', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('status bar, views, welcome, commands and messages are German', async () => {
    const folder = await stage.rig.workspace('deutsch', { 'notizen.txt': 'eins\n', 'modelle/a.json': '{}\n' });
    const window = await stage.open(folder, { prepare: (page) => page.addInitScript(IN_GERMAN).then(() => {}) });

    await window.statusBarItem(/wartet auf Ihre Antwort/);
    await window.openView('Inhalt');
    expect(await window.trees.message('Inhalt')).toContain('Vor Ihrer Antwort wird mit niemandem Kontakt aufgenommen');
    await picture(window, 'german-asking');
    await window.runCommand('Datastore: Verbindungsfrage beantworten…');
    const question = await window.dialogs.read();
    expect(question.detail).toContain('Geteilter Ordner: ');
    await window.dialogs.press('Verbinden');
    await window.statusBarItem(/abgeglichen/, 30_000);

    await window.openView('Status');
    expect((await window.trees.row('Status', 'Sperre')).description).toBe('frei');
    expect((await window.trees.row('Status', 'Abgeglichen')).description).toBe('nichts zu übertragen');
    await picture(window, 'german-status');
    await window.openView('Inhalt');
    await window.trees.row('Inhalt', 'notizen.txt');
    await window.runCommand('Datastore: Sperre erklären…');
    await window.page.getByText('Niemand schreibt.').waitFor();
    await picture(window, 'german-lock');
    await window.page.keyboard.press('Escape');

    // What the engine says, too.
    await window.runCommand('Datastore: Diagnose');
    await window.page.locator('.tab.active', { hasText: 'Diagnose von' }).waitFor();
    const report = await window.editorText();
    expect(report).toContain('bedingtes Schreiben hält');
    expect(report).toMatch(/^gut +geteilter Ordner +.*: 2 Dateien\b/m);
    expect(report).not.toMatch(/\b(the|is|with|of|and|at|free|off|files?)\b/);
    await picture(window, 'german-doctor');
    stage.rig.server.faults.access('team-data', 'forbidden');
    await window.runCommand('Datastore: Jetzt synchronisieren');
    const refused = await window.notifications.waitFor(/^Nicht erlaubt: /, 60_000);
    expect(refused.message).toContain('der Speicher weist diese Identität ab');
    expect(refused.message).toContain('Bitten Sie um s3:GetObject');
    await picture(window, 'german-refused');
    await window.close();
  });
});
