import { type Face, faceOf, gatherFaces, type NamedState } from '../folder-state.ts';
import { counted, said, t } from '../l10n.ts';
import { tooltipOf } from './bar-tooltip.ts';

/** The status bar item, as values. */
export interface Bar {
  /** With `$(icon)`s. */
  readonly text: string;
  /** Markdown with command links; every value in it is escaped. */
  readonly tooltip: string;
  readonly background: 'none' | 'warning' | 'error';
  /** For screen readers. */
  readonly label: string;
}

/** Null: nothing here concerns us, so nothing is shown. `now` in milliseconds since 1970. */
export function renderBar(folders: readonly NamedState[], now: number): Bar | null {
  const shown = folders.filter(({ state }) => isOfInterest(state));
  const face = gatherFaces(shown.map(({ state }) => faceOf(state)));
  if (face === null) return null;
  const { text, background, label } = look(face);
  return { text, background, label: `Datastore: ${label}`, tooltip: tooltipOf(shown, now) };
}

function isOfInterest(state: NamedState['state']): boolean {
  switch (state.kind) {
    case 'loading':
    case 'not-set-up':
      return false;
    case 'untrusted':
      return state.config !== null;
    default:
      return true;
  }
}

function look(face: Face): Omit<Bar, 'tooltip'> {
  const plain = (text: string, label: string) => ({ text, label, background: 'none' as const });
  switch (face.kind) {
    case 'vetoed':
      return {
        text: t('$(error) Datastore stopped'),
        label: t('stopped for safety, {0}', said(face.message)),
        background: 'error',
      };
    case 'error':
      return { text: '$(error) Datastore', label: t('failed, {0}', said(face.message)), background: 'error' };
    case 'signed-out':
      return {
        text: t('$(key) Datastore signed out'),
        label: t('signed out, {0}', said(face.message)),
        background: 'warning',
      };
    case 'read-only':
      return {
        text: t('$(eye) Datastore read-only'),
        label: t('the store is read-only, {0}', said(face.message)),
        background: 'warning',
      };
    case 'asking':
      return {
        text: t('$(question) Datastore waits for your answer'),
        label: t('waiting for your answer about the connection'),
        background: 'warning',
      };
    case 'conflicts':
      return {
        text: `$(warning) ${counted(face.count, '{0} conflict', '{0} conflicts')}`,
        label: counted(face.count, '{0} conflict', '{0} conflicts'),
        background: 'warning',
      };
    case 'offline':
      return plain(t('$(debug-disconnect) Datastore offline'), t('offline, the store cannot be reached'));
    case 'syncing': {
      const { files, totalFiles, phase } = face.progress;
      const moving = phase === 'downloading' || phase === 'uploading';
      const done = totalFiles > 0 ? ` ${files}/${totalFiles}` : '';
      return plain(
        `$(${moving ? 'sync~spin' : 'sync'}) Datastore${done}`,
        totalFiles > 0 ? t('syncing, {0} of {1} files', files, totalFiles) : t('syncing'),
      );
    }
    case 'held-by-me':
      return plain(t('$(lock) Datastore held by me'), t('the lock is held by this window'));
    case 'locked':
      return plain(`$(lock) ${plainText(said(face.holder))}`, t('locked by {0}', said(face.holder)));
    case 'paused':
      return plain(t('$(circle-slash) Datastore paused'), t('automatic sync is paused'));
    case 'pending': {
      const parts = [face.up > 0 ? `$(arrow-up)${face.up}` : '', face.down > 0 ? `$(arrow-down)${face.down}` : ''];
      const words = [
        face.up > 0 ? t('{0} to upload', face.up) : '',
        face.down > 0 ? t('{0} to download', face.down) : '',
      ];
      return plain(`$(database) ${parts.filter(Boolean).join(' ')}`, words.filter(Boolean).join(', '));
    }
    case 'untrusted':
      return plain(t('$(shield) Datastore: not trusted'), t('this workspace is not trusted, so nobody is contacted'));
    case 'declined':
      return plain(t('$(circle-slash) Datastore not connected'), t('not connected, as you answered'));
    case 'unsupported':
      return plain(
        t('$(circle-slash) Datastore: not supported'),
        t('the datastore type {0} is not supported', face.found),
      );
    case 'not-set-up':
      return plain(t('$(database) Datastore: not set up'), t('not set up'));
    case 'in-place':
      return plain('$(folder) Datastore', t('a folder used in place, nothing to sync'));
    case 'loading':
    case 'unknown':
      return plain('$(database) Datastore', t('looking at both sides'));
    case 'in-step':
      return plain('$(check) Datastore', t('in step'));
  }
}

/** A name that came over the network must not draw icons. */
const plainText = (text: string): string => text.replaceAll('$(', '$ (').slice(0, 60);
