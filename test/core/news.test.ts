import { expect, it } from 'vitest';
import type { Config } from '../../src/core/config/config.ts';
import { INITIAL_STATUS, type SyncStatus } from '../../src/core/status/sync-status.ts';
import type { Folder } from '../../src/vscode/folder.ts';
import type { FolderState } from '../../src/vscode/folder-state.ts';
import type { Folders } from '../../src/vscode/folders.ts';
import { announceNews } from '../../src/vscode/news.ts';
import { openNotices } from '../../src/vscode/notices.ts';
import { createManualClock } from '../support/manual-clock.ts';

/* What a window tells by itself, of folders that come and go. */

const active = (status: Partial<SyncStatus>): FolderState => ({
  kind: 'active',
  config: {} as Config,
  status: { ...INITIAL_STATUS, ...status },
});
const calm = active({ looked: true });
const stopped = active({ failure: { kind: 'veto', message: 'too much would go', remedy: '', at: 0, since: 0 } });

function openNews() {
  const texts: string[] = [];
  const states = new Map<string, FolderState>();
  let tell: (folder: Folder | null) => void = () => {};
  const ran: unknown[] = [];
  let press = () => {};
  const show = (text: string, first: string) => {
    texts.push(text);
    return new Promise<string | undefined>((resolve) => {
      press = () => resolve(first);
    });
  };
  const quiet = () => {};
  const notices = openNotices(
    {
      info: show,
      warn: show,
      error: show,
      runCommand: async (command, on) => void ran.push([command, on?.folder.id]),
      hasSeveralFolders: () => false,
    },
    { get: () => undefined, update: async () => {} },
    { error: quiet, warn: quiet, info: quiet, debug: quiet },
    createManualClock(),
  );
  const folderOf = (id: string) =>
    ({ id, workspace: { name: id }, state: () => states.get(id) ?? calm }) as unknown as Folder;
  const folders: Pick<Folders, 'byId' | 'onChange'> = {
    byId: (id: string) => (states.has(id) ? folderOf(id) : undefined),
    onChange: (listener) => {
      tell = listener;
      return { dispose: quiet };
    },
  };
  announceNews(folders, notices);
  return {
    texts,
    ran,
    press: async () => {
      press();
      await new Promise((done) => setImmediate(done));
    },
    become: (id: string, state: FolderState) => {
      states.set(id, state);
      tell(folderOf(id));
    },
    leave: (id: string) => {
      states.delete(id);
      tell(null);
    },
  };
}

it.each([
  ['a veto', stopped, 'datastore.preview'],
  [
    'a sign-in',
    active({ failure: { kind: 'credentials', message: 'no', remedy: '', at: 0, since: 0 } }),
    'datastore.signIn',
  ],
] as const)('the button about %s is of the folder that the message names', async (_, state, command) => {
  const { become, press, ran } = openNews();
  become('b', state);
  await press();
  expect(ran).toEqual([[command, 'b']]);
});

it('news of a folder that has left the workspace wait no more, and hold up no other', () => {
  const { texts, become, leave } = openNews();
  for (const id of ['a', 'b', 'c']) become(id, stopped);
  expect(texts).toHaveLength(1);
  leave('b');
  leave('a');
  expect(texts).toHaveLength(2);
  expect(texts[1]).toContain('“c”');
});

it('a folder that comes back is told of again', () => {
  const { texts, become, leave } = openNews();
  become('a', stopped);
  leave('a');
  become('a', stopped);
  expect(texts).toHaveLength(2);
  become('a', stopped);
  expect(texts).toHaveLength(2);
});
