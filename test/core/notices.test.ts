import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SyncError } from '../../src/core/errors.ts';
import type { Folder } from '../../src/vscode/folder.ts';
import { openNotices } from '../../src/vscode/notices.ts';
import { asTarget, type Target } from '../../src/vscode/views/target.ts';
import { createManualClock } from '../support/manual-clock.ts';

interface Message {
  readonly text: string;
  readonly buttons: readonly string[];
  /** With the button that is pressed; without one it is closed. Resolves when what it does is done. */
  press(button?: string): Promise<void>;
}

/** Messages as a screen gets them, with the person as the test says. */
function openScreen(commands: Readonly<Record<string, (on?: Target) => Promise<void>>> = {}, folders = 1) {
  const shown: Message[] = [];
  const logged: string[] = [];
  const kept = new Map<string, unknown>();
  const show = (text: string, ...buttons: string[]) =>
    new Promise<string | undefined>((resolve) => {
      const press = async (button?: string) => {
        resolve(button);
        await new Promise<void>((done) => setImmediate(done));
      };
      shown.push({ text, buttons, press });
    });
  const log = (text: string) => void logged.push(text);
  const clock = createManualClock();
  const notices = openNotices(
    {
      info: show,
      warn: show,
      error: show,
      runCommand: async (command, on) => commands[command]?.(on),
      hasSeveralFolders: () => folders > 1,
    },
    { get: (key) => kept.get(key), update: async (key, value) => void kept.set(key, value) },
    { error: log, warn: log, info: log, debug: log },
    clock,
  );
  return { notices, clock, shown, logged, texts: () => shown.map(({ text }) => text) };
}

const about = (topic: string, folder = 'a') => ({ topic, folder });

it('a failure is told with the name of its folder where there are several', () => {
  const on = asTarget({ folder: { id: 'b', workspace: { name: 'models' } } as Folder });
  const texts = [1, 2].map((folders) => {
    const { notices, texts } = openScreen({}, folders);
    notices.failed(new SyncError('denied', 'the store refuses', 'Ask.'), on);
    return texts()[0];
  });
  expect(texts).toEqual([
    'Not permitted: the store refuses. Ask.',
    '“models” — Not permitted: the store refuses. Ask.',
  ]);
});

describe('what a button does', () => {
  it('is about the folder whose command has failed', async () => {
    const ran: unknown[] = [];
    const on = asTarget({ folder: { id: 'b' } as Folder });
    const { notices, shown } = openScreen({ 'datastore.preview': async (target) => void ran.push(target) });
    notices.failed(new SyncError('veto', 'too much would go', ''), on);
    await shown[0]?.press('Preview…');
    expect(ran).toEqual([on]);
  });
  const rejects = async () => {
    throw new SyncError('failed', 'the disk is full', 'Make room.');
  };
  it.each([
    ['a function', { label: 'Go', run: rejects }],
    [
      'a function that throws at once',
      {
        label: 'Go',
        run: () => {
          throw new Error('the disk is full');
        },
      },
    ],
    ['a command', { label: 'Go', run: 'fails' }],
  ])('and fails is told: %s', async (_, action) => {
    const { notices, shown, logged, texts } = openScreen({ fails: rejects });
    notices.info('Shall it?', action);
    await shown[0]?.press('Go');
    expect(texts()[1]).toContain('the disk is full');
    expect(logged.join()).toContain('the disk is full');
  });
  it('and was stopped by the person says nothing', async () => {
    const { notices, shown, texts } = openScreen();
    notices.warn('Shall it?', { label: 'Go', run: () => Promise.reject(new SyncError('cancelled', 'Stopped.', '')) });
    await shown[0]?.press('Go');
    expect(texts()).toEqual(['Shall it?']);
  });
  it('is not done when the message is closed', async () => {
    const { notices, shown, texts } = openScreen();
    notices.info('Shall it?', { label: 'Go', run: rejects });
    await shown[0]?.press();
    expect(texts()).toEqual(['Shall it?']);
  });
});

describe('news', () => {
  it('come one after another, and none is lost', async () => {
    const { notices, shown, texts } = openScreen();
    notices.news(about('veto'), 'one');
    notices.news(about('conflicts'), 'two');
    notices.news(about('veto', 'b'), 'three');
    expect(texts()).toEqual(['one']);
    await shown[0]?.press();
    expect(texts()).toEqual(['one', 'two']);
    await shown[1]?.press();
    expect(texts()).toEqual(['one', 'two', 'three']);
  });
  it('of what is told or waits already come once, with the latest words', async () => {
    const { notices, shown, texts } = openScreen();
    notices.news(about('conflicts'), 'one file');
    notices.news(about('conflicts'), 'two files');
    notices.news(about('veto'), 'old');
    notices.news(about('veto'), 'new');
    await shown[0]?.press();
    await shown[1]?.press();
    expect(texts()).toEqual(['one file', 'new']);
  });
  it('that are settled wait no more, and hold up no other; those of another folder stay', async () => {
    const { notices, shown, texts } = openScreen();
    notices.news(about('veto'), 'one');
    notices.news(about('conflicts'), 'two');
    notices.news(about('conflicts', 'b'), 'three');
    notices.settled(about('conflicts'));
    expect(texts()).toEqual(['one']);
    notices.settled(about('veto'));
    expect(texts()).toEqual(['one', 'three']);
    await shown[0]?.press();
    expect(texts()).toEqual(['one', 'three']);
  });
  it('that nobody answers go to the notification centre, and hold up the next no longer', async () => {
    const { notices, clock, shown, texts } = openScreen();
    notices.news(about('veto'), 'one');
    notices.news(about('conflicts'), 'two');
    notices.news(about('signed-out'), 'three');
    await clock.advance(19_000);
    expect(texts()).toEqual(['one']);
    await clock.advance(1_000);
    expect(texts()).toEqual(['one', 'two']);
    // Answered there, it is not in the way of those after it.
    await shown[0]?.press();
    expect(texts()).toEqual(['one', 'two']);
    await clock.advance(20_000);
    expect(texts()).toEqual(['one', 'two', 'three']);
  });
  it('that lie in the notification centre are not told again before they are answered or settled', async () => {
    const { notices, clock, shown, texts } = openScreen();
    notices.news(about('veto'), 'one');
    await clock.advance(60_000);
    notices.news(about('veto'), 'one again');
    expect(texts()).toEqual(['one']);
    notices.settled(about('veto'));
    notices.news(about('veto'), 'another');
    expect(texts()).toEqual(['one', 'another']);
    await clock.advance(60_000);
    await shown[1]?.press();
    notices.news(about('veto'), 'a third');
    expect(texts()).toEqual(['one', 'another', 'a third']);
  });
  it('of a stop are not repeated by the failure of the same sync, and hide no other', async () => {
    const { notices, clock, texts } = openScreen();
    const stop = (why: string) => new SyncError('veto', why, 'Look first.');
    notices.news(about('veto'), 'Stopped: too much would go.');
    notices.failed(stop('too much would go'));
    expect(texts()).toHaveLength(1);
    notices.failed(stop('the root is empty'));
    expect(texts()[1]).toContain('the root is empty');
    await clock.advance(20_000);
    notices.failed(stop('too much would go'));
    expect(texts()[2]).toContain('too much would go');
  });
  it('are silenced by topic, also those that wait', async () => {
    const { notices, shown, texts } = openScreen();
    notices.news(about('veto'), 'one');
    notices.news(about('veto', 'b'), 'two');
    notices.news(about('conflicts'), 'three');
    await shown[0]?.press("Don't Show Again");
    expect(texts()).toEqual(['one', 'three']);
    notices.news(about('veto', 'c'), 'four');
    await shown[1]?.press();
    expect(texts()).toEqual(['one', 'three']);
  });
});

it('nothing that is shown has a link in it', () => {
  const { notices, texts } = openScreen();
  const hostile = '[here](command:workbench.action.showCommands).txt';
  notices.info(hostile);
  notices.warn(hostile);
  notices.failed(new Error(hostile));
  notices.news(about('veto'), hostile);
  expect(texts()).toHaveLength(4);
  for (const text of texts()) expect(text).not.toContain('](');
});

describe('messages of VS Code', () => {
  const folder = fileURLToPath(new URL('../../src/vscode/', import.meta.url));
  /** Each as far as the end of its statement. A modal one shows its text as it is. */
  const past = (source: string) =>
    [...source.matchAll(/\bshow(?:Information|Warning|Error)Message\b[^;]*/g)].filter(
      ([call]) => !call.includes('modal: true'),
    );
  it('that are not modal come through notices alone, which take their links out', () => {
    const files = globSync('**/*.ts', { cwd: folder }).filter((file) => file !== 'screen.ts');
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => past(readFileSync(`${folder}${file}`, 'utf8')).length > 0)).toEqual([]);
    expect(past(readFileSync(`${folder}screen.ts`, 'utf8'))).not.toEqual([]);
  });
});
