import { expect, it } from 'vitest';
import type { Config } from '../../src/core/config/config.ts';
import type { Entry } from '../../src/core/format/tree.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { Conflict } from '../../src/core/plan/plan.ts';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import type { Folder } from '../../src/vscode/folder.ts';
import { openMergeQuestions } from '../../src/vscode/merge-questions.ts';
import type { Action } from '../../src/vscode/notices.ts';
import type { Target } from '../../src/vscode/views/target.ts';

/* Whether a saved file is the merge of a conflict is asked once, also after the window was loaded anew. */

const FILE = 'file:///ws/data/a/notes.txt';
const MERGE = { folder: 'ws', path: 'a/notes.txt', remote: { sha256: 't1' } as Entry };

const conflictOf = (sha256: string): Conflict => ({
  path: 'a/notes.txt' as SyncPath,
  reason: 'both-changed',
  base: null,
  local: null,
  remote: { sha256 } as Conflict['remote'],
});

/** One workspace, over the windows that are opened on it. */
function openWorkspace() {
  const kept = new Map<string, unknown>();
  const asked: { readonly text: string; readonly action: Action | undefined }[] = [];
  const marked: Target[] = [];
  let status: SyncStatus = INITIAL_STATUS;
  const folder = {
    id: 'ws',
    state: () => ({ kind: 'active', config: {} as Config, status }) as const,
  } as unknown as Folder;
  const none = { dispose: () => {} };

  function openWindow() {
    let save: (file: string, isByHand: boolean) => void = () => {};
    let close: (file: string) => void = () => {};
    let change: (folder: Folder | null) => void = () => {};
    const questions = openMergeQuestions({
      folders: {
        byId: (id) => (id === 'ws' ? folder : undefined),
        onChange: (listener) => {
          change = listener;
          return none;
        },
      },
      notices: { info: (text, action) => void asked.push({ text, action }) },
      // As VS Code keeps it: as JSON.
      memory: {
        get: (key) => kept.get(key),
        update: async (key, value) => void kept.set(key, JSON.parse(JSON.stringify(value))),
      },
      onSaved: (listener) => {
        save = listener;
        return none;
      },
      onClosed: (listener) => {
        close = listener;
        return none;
      },
      markMerged: (target) => marked.push(target),
    });
    return {
      questions,
      save: (file = FILE) => save(file, true),
      saveByItself: () => save(FILE, false),
      close: () => close(FILE),
      find: (...conflicts: Conflict[]) => {
        status = { ...INITIAL_STATUS, looked: true, conflicts };
        change(folder);
      },
      restart: () => {
        status = INITIAL_STATUS;
        change(folder);
      },
    };
  }
  return { asked, marked, openWindow };
}

it('is asked when the file is saved, once, and names the version that was merged', async () => {
  const { asked, marked, openWindow } = openWorkspace();
  const { questions, save, find } = openWindow();
  find(conflictOf('t1'));
  save();
  expect(asked).toEqual([]);
  questions.expect(FILE, MERGE);
  save('file:///ws/data/other.txt');
  expect(asked).toEqual([]);
  find(conflictOf('t2'));
  save();
  save();
  expect(asked.map(({ text }) => text)).toEqual(['Is “notes.txt” merged? Then it replaces the remote version.']);
  const { run } = asked[0]?.action ?? {};
  if (typeof run === 'function') await run();
  expect(marked).toMatchObject([{ path: 'a/notes.txt', conflicts: [{ remote: { sha256: 't1' } }] }]);
});

/** A merge is expected in one window; the next one sees the file saved before it has compared both sides. */
function savedAfterReload(openWindow: ReturnType<typeof openWorkspace>['openWindow']) {
  const before = openWindow();
  before.find(conflictOf('t1'));
  before.questions.expect(FILE, MERGE);
  const after = openWindow();
  after.restart();
  after.save();
  return after;
}

it('is asked in the next window too, once both sides were compared there', () => {
  const { asked, openWindow } = openWorkspace();
  const after = savedAfterReload(openWindow);
  expect(asked).toEqual([]);
  after.find(conflictOf('t1'));
  after.save();
  expect(asked).toHaveLength(1);
  const last = openWindow();
  last.save();
  expect(asked).toHaveLength(1);
});

it('of a file that was saved before both sides were compared is asked then', () => {
  const { asked, openWindow } = openWorkspace();
  const after = savedAfterReload(openWindow);
  after.find(conflictOf('t1'));
  after.find(conflictOf('t1'));
  expect(asked).toHaveLength(1);
});

it('names the version that was merged also where the remote has deleted it since', async () => {
  const { asked, marked, openWindow } = openWorkspace();
  const { questions, save, find } = openWindow();
  find(conflictOf('t1'));
  questions.expect(FILE, MERGE);
  find({ ...conflictOf('t1'), remote: null });
  save();
  const { run } = asked[0]?.action ?? {};
  if (typeof run === 'function') await run();
  expect(marked).toMatchObject([{ conflicts: [{ remote: { sha256: 't1' } }] }]);
});

it('is not asked of what is no conflict any more, nor of what was decided otherwise', () => {
  const { asked, openWindow } = openWorkspace();
  const { questions, save, find } = openWindow();
  find(conflictOf('t1'));
  questions.expect(FILE, MERGE);
  find();
  find(conflictOf('t3'));
  save();
  questions.expect(FILE, MERGE);
  questions.hush(FILE);
  save();
  expect(asked).toEqual([]);
});

it('knows the version that was shown last also after it was asked, and in the next window, while the file is a conflict', () => {
  const { openWindow } = openWorkspace();
  const { questions, save, find } = openWindow();
  find(conflictOf('t1'));
  expect(questions.shownLast(FILE)).toBeUndefined();
  questions.expect(FILE, MERGE);
  save();
  find(conflictOf('t2'));
  expect(questions.shownLast(FILE)?.remote?.sha256).toBe('t1');
  const next = openWindow();
  expect(next.questions.shownLast(FILE)?.remote?.sha256).toBe('t1');
  next.find(conflictOf('t2'));
  next.questions.show(FILE, { ...MERGE, remote: null });
  expect(next.questions.shownLast(FILE)?.remote).toBeNull();
  next.find();
  expect(next.questions.shownLast(FILE)).toBeUndefined();
});

it('is not asked of what was only compared', () => {
  const { asked, openWindow } = openWorkspace();
  const { questions, save, find } = openWindow();
  find(conflictOf('t1'));
  questions.show(FILE, MERGE);
  save();
  expect(asked).toEqual([]);
  questions.expect(FILE, MERGE);
  questions.show(FILE, MERGE);
  save();
  expect(asked).toHaveLength(1);
});

it('is not asked while the file is saved by itself, but when the person saves it', () => {
  const { asked, openWindow } = openWorkspace();
  const { questions, save, saveByItself, close, find } = openWindow();
  find(conflictOf('t1'));
  questions.expect(FILE, MERGE);
  saveByItself();
  saveByItself();
  expect(asked).toEqual([]);
  save();
  expect(asked).toHaveLength(1);
  saveByItself();
  close();
  expect(asked).toHaveLength(1);
});

it('is asked when a file that was saved by itself is closed, also in the next window', () => {
  const { asked, openWindow } = openWorkspace();
  const { questions, saveByItself, close, find } = openWindow();
  find(conflictOf('t1'));
  questions.expect(FILE, MERGE);
  close();
  expect(asked).toEqual([]);
  saveByItself();
  const next = openWindow();
  next.find(conflictOf('t1'));
  next.close();
  next.close();
  expect(asked).toHaveLength(1);
});
