import { type Face, faceOf, gatherFaces, type NamedState } from '../folder-state.ts';
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
      return false;
    case 'not-set-up':
      return state.hinted;
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
      return { text: '$(error) Datastore stopped', label: `stopped for safety, ${face.message}`, background: 'error' };
    case 'error':
      return { text: '$(error) Datastore', label: `failed, ${face.message}`, background: 'error' };
    case 'signed-out':
      return { text: '$(key) Datastore signed out', label: `signed out, ${face.message}`, background: 'warning' };
    case 'read-only':
      return {
        text: '$(eye) Datastore read-only',
        label: `the store is read-only, ${face.message}`,
        background: 'warning',
      };
    case 'asking':
      return {
        text: '$(question) Datastore waits for your answer',
        label: 'waiting for your answer about a first connection',
        background: 'warning',
      };
    case 'conflicts':
      return {
        text: `$(warning) ${counted(face.count, 'conflict')}`,
        label: counted(face.count, 'conflict'),
        background: 'warning',
      };
    case 'offline':
      return plain('$(debug-disconnect) Datastore offline', 'offline, the store cannot be reached');
    case 'syncing': {
      const { files, totalFiles, phase } = face.progress;
      const moving = phase === 'downloading' || phase === 'uploading';
      const done = totalFiles > 0 ? ` ${files}/${totalFiles}` : '';
      return plain(
        `$(${moving ? 'sync~spin' : 'sync'}) Datastore${done}`,
        totalFiles > 0 ? `syncing, ${files} of ${totalFiles} files` : 'syncing',
      );
    }
    case 'held-by-me':
      return plain('$(lock) Datastore held by me', 'the lock is held by this window');
    case 'locked':
      return plain(`$(lock) ${plainText(face.holder)}`, `locked by ${face.holder}`);
    case 'paused':
      return plain('$(circle-slash) Datastore paused', 'automatic sync is paused');
    case 'pending': {
      const parts = [face.up > 0 ? `$(arrow-up)${face.up}` : '', face.down > 0 ? `$(arrow-down)${face.down}` : ''];
      const words = [face.up > 0 ? `${face.up} to upload` : '', face.down > 0 ? `${face.down} to download` : ''];
      return plain(`$(database) ${parts.filter(Boolean).join(' ')}`, words.filter(Boolean).join(', '));
    }
    case 'untrusted':
      return plain('$(shield) Datastore: not trusted', 'this workspace is not trusted, so nobody is contacted');
    case 'declined':
      return plain('$(circle-slash) Datastore not connected', 'not connected, as you answered');
    case 'unsupported':
      return plain('$(circle-slash) Datastore: not supported', `the datastore type ${face.found} is not supported`);
    case 'not-set-up':
      return plain('$(database) Datastore: not set up', 'not set up');
    case 'in-place':
      return plain('$(folder) Datastore', 'a folder used in place, nothing to sync');
    case 'loading':
    case 'unknown':
      return plain('$(database) Datastore', 'looking at both sides');
    case 'in-step':
      return plain('$(check) Datastore', 'in step');
  }
}

/** A name that came over the network must not draw icons. */
const plainText = (text: string): string => text.replaceAll('$(', '$ (').slice(0, 60);

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
