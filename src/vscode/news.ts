import type { Folder } from './folder.ts';
import { type FolderState, faceOf } from './folder-state.ts';
import type { Folders } from './folders.ts';
import { counted, said, t } from './l10n.ts';
import type { Notices } from './notices.ts';
import { placeOf, questionKey } from './place.ts';
import { placeText } from './render/place-text.ts';
import { asTarget } from './views/target.ts';

/** What the person is needed for. */
type Topic = 'first-connection' | 'veto' | 'signed-out' | 'conflicts';

interface Occasion {
  readonly topic: Topic;
  /** Another occasion of one topic is told again. */
  readonly key: string;
}

/** Tells, once each time it begins, what needs the person and came by itself. The rest is the status bar's to say. */
export function announceNews(folders: Pick<Folders, 'byId' | 'onChange'>, notices: Notices): { dispose(): unknown } {
  const told = new Map<string, Occasion>();
  const settle = (folder: string, { topic }: Occasion) => {
    notices.settled({ topic, folder });
    told.delete(folder);
  };
  return folders.onChange((folder) => {
    if (folder === null) {
      for (const [id, occasion] of told) if (folders.byId(id) === undefined) settle(id, occasion);
      return;
    }
    const state = folder.state();
    const now = occasionOf(state);
    const before = told.get(folder.id);
    if (before?.key === now?.key) return;
    if (before !== undefined) settle(folder.id, before);
    if (now === null) return;
    told.set(folder.id, now);
    tell(notices, folder, state);
  });
}

function occasionOf(state: FolderState): Occasion | null {
  if (state.kind === 'asking') {
    const place = placeOf(state.config);
    return { topic: 'first-connection', key: place === null ? '' : questionKey(place) };
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
    const question = t(
      'Connect “{0}” to {1} at {2}, with the AWS profile {3}?',
      name,
      placeText(state.config),
      place.endpoint,
      place.profile,
    );
    return notices.news(
      { topic: 'first-connection', folder: folder.id },
      `${question} ${t('Nothing is sent before your answer.')}`,
      {
        label: t('Review…'),
        run: 'datastore.connect',
        on: asTarget({ folder }),
      },
    );
  }
  if (state.kind !== 'active') return;
  const { failure, conflicts } = state.status;
  if (conflicts.length > 0 && faceOf(state).kind === 'conflicts')
    return tellConflicts(notices, folder, conflicts.length);
  if (failure === null) return;
  if (failure.kind === 'credentials') {
    return notices.news(
      { topic: 'signed-out', folder: folder.id },
      t('“{0}” waits for you to sign in: {1}', name, said(failure.message)),
      {
        label: t('Sign In…'),
        run: 'datastore.signIn',
        on: asTarget({ folder }),
      },
    );
  }
  notices.news(
    { topic: 'veto', folder: folder.id },
    t('Sync of “{0}” has stopped for safety: {1}.', name, said(failure.message)),
    {
      label: t('Preview…'),
      run: 'datastore.preview',
      on: asTarget({ folder }),
    },
  );
}

export function tellConflicts(notices: Notices, folder: Folder, count: number): void {
  notices.news(
    { topic: 'conflicts', folder: folder.id },
    t(
      '“{0}”: {1} changed on both sides. Neither version is replaced before you decide.',
      folder.workspace.name,
      counted(count, '{0} file', '{0} files'),
    ),
    {
      label: t('Resolve…'),
      run: 'datastore.resolveConflicts',
      on: asTarget({ folder }),
    },
  );
}
