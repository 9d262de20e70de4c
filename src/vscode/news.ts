import { countText } from '../core/quantities.ts';
import type { Folder } from './folder.ts';
import { type FolderState, faceOf } from './folder-state.ts';
import type { Folders } from './folders.ts';
import type { Notices } from './notices.ts';
import { placeKey, placeOf } from './place.ts';
import { placeText } from './render/place-text.ts';

/** What the person is needed for. */
type Topic = 'first-connection' | 'veto' | 'signed-out' | 'conflicts';

interface Occasion {
  readonly topic: Topic;
  /** Another occasion of one topic is told again. */
  readonly key: string;
}

/** Tells, once each time it begins, what needs the person and came by itself. The rest is the status bar's to say. */
export function announceNews(folders: Folders, notices: Notices): { dispose(): unknown } {
  const told = new Map<string, Occasion>();
  return folders.onChange((folder) => {
    if (folder === null) return;
    const state = folder.state();
    const now = occasionOf(state);
    const before = told.get(folder.id);
    if (before?.key === now?.key) return;
    if (before !== undefined) notices.settled(before.topic);
    told.delete(folder.id);
    if (now === null) return;
    told.set(folder.id, now);
    tell(notices, folder, state);
  });
}

function occasionOf(state: FolderState): Occasion | null {
  if (state.kind === 'asking') {
    const place = placeOf(state.config);
    return { topic: 'first-connection', key: place === null ? '' : placeKey(place) };
  }
  switch (faceOf(state).kind) {
    case 'vetoed':
      return { topic: 'veto', key: 'veto' };
    case 'signed-out':
      return { topic: 'signed-out', key: 'signed-out' };
    case 'conflicts':
      return { topic: 'conflicts', key: 'conflicts' };
    default:
      return null;
  }
}

function tell(notices: Notices, folder: Folder, state: FolderState): void {
  const { name } = folder.workspace;
  if (state.kind === 'asking') {
    const place = placeOf(state.config);
    if (place === null) return;
    const question = `Connect “${name}” to ${placeText(state.config)} at ${place.endpoint}, with the AWS profile ${place.profile}?`;
    return notices.news('first-connection', `${question} Nothing is sent before your answer.`, {
      label: 'Review…',
      run: 'datastore.connect',
    });
  }
  if (state.kind !== 'active') return;
  const { failure, conflicts } = state.status;
  if (conflicts.length > 0 && faceOf(state).kind === 'conflicts') return tellConflicts(notices, name, conflicts.length);
  if (failure === null) return;
  if (failure.kind === 'credentials') {
    return notices.news('signed-out', `“${name}” waits for you to sign in: ${failure.message}`, {
      label: 'Sign In…',
      run: 'datastore.signIn',
    });
  }
  notices.news('veto', `Sync of “${name}” has stopped for safety: ${failure.message}.`, {
    label: 'Preview…',
    run: 'datastore.preview',
  });
}

export function tellConflicts(notices: Notices, name: string, count: number): void {
  notices.news(
    'conflicts',
    `“${name}”: ${countText(count, 'file')} changed on both sides. Neither version is replaced before you decide.`,
    {
      label: 'Resolve…',
      run: 'datastore.resolveConflicts',
    },
  );
}
