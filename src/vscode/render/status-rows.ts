import type { Config } from '../../core/config/config.ts';
import { configProblemText } from '../../core/config/config-problem.ts';
import type { FolderHealth } from '../../core/doctor/folder-health.ts';
import type { Problem } from '../../core/errors.ts';
import type { Step } from '../../core/plan/plan.ts';
import { agoText, bytesText, countText, durationText } from '../../core/quantities.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import type { LocalStatus } from '../../engine/datastore.ts';
import type { FolderState } from '../folder-state.ts';
import { stepLook } from './change-look.ts';
import { lastingTitle } from './failure-title.ts';
import { inPlaceRows } from './in-place-rows.ts';
import { endpointText, placeText } from './place-text.ts';
import { COLOURS, type Row, row } from './row.ts';
import { failureRow, leaseRow, sourceRow } from './shared-rows.ts';

/** Rows below one row in the Status view: more are counted, not listed. */
const MOST = 200;

/** The Status view of one folder. `health` of one used in place, where it is known. `now` in milliseconds since 1970. */
export function statusRows(
  state: FolderState,
  recent: LocalStatus['recent'],
  now: number,
  health: FolderHealth | null = null,
): readonly Row[] {
  switch (state.kind) {
    case 'active':
      return state.status.inPlace
        ? inPlaceRows(state.config, state.status, health, now)
        : activeRows(state.config, state.status, recent, now);
    case 'unsupported':
      return [
        row(
          'place',
          'Datastore',
          `${state.found}: not supported`,
          'circle-slash',
          "Another tool's format: shown, never written to.",
        ),
        sourceRow(state.config),
      ];
    case 'asking':
      return [
        row('asking', 'Waiting for your answer', placeText(state.config), 'question', 'Nobody is contacted before it.'),
        ...placeRows(state.config),
      ];
    case 'declined':
      return [
        row('declined', 'Not connected', 'as you answered', 'circle-slash', 'Nobody is contacted.'),
        ...placeRows(state.config),
      ];
    case 'untrusted':
      return state.config === null
        ? []
        : [
            row('untrusted', 'Not trusted', 'nobody is contacted', 'shield', 'Trust this workspace to connect.'),
            ...placeRows(state.config),
          ];
    case 'broken':
      return [failureRow({ title: 'Failed', ...state }), ...placeRows(state.config)];
    case 'invalid':
      return state.problems.map((problem, index) =>
        row(`problem-${index}`, problem.field ?? problem.source, problem.message, 'error', configProblemText(problem), {
          colour: COLOURS.error,
        }),
      );
    case 'loading':
    case 'not-set-up':
      return [];
  }
}

function activeRows(config: Config, status: SyncStatus, recent: LocalStatus['recent'], now: number): readonly Row[] {
  return [
    ...(status.failure === null ? [] : [failureRow({ title: lastingTitle(status.failure, now), ...status.failure })]),
    ...(status.paused ? [row('paused', 'Paused', 'nothing is synced by itself', 'debug-pause', '')] : []),
    pendingRow(status),
    ...(status.conflicts.length === 0
      ? []
      : [
          row('conflicts', 'Conflicts', String(status.conflicts.length), 'warning', 'See the Conflicts view.', {
            colour: COLOURS.conflict,
          }),
        ]),
    ...problemRows(status.problems),
    ...skippedRows(status),
    leaseRow(status, now),
    remoteRow(config, status, now),
    recentRow(recent, now),
    sourceRow(config),
  ];
}

function pendingRow({ pending, changes, conflicts, progress }: SyncStatus): Row {
  if (progress !== null && progress.totalFiles > 0) {
    const { files, totalFiles, bytes, totalBytes, phase } = progress;
    return row(
      'pending',
      'Syncing',
      `${phase} ${files}/${totalFiles}, ${bytesText(bytes)} of ${bytesText(totalBytes)}`,
      'sync',
      '',
    );
  }
  if (pending === null) return row('pending', 'Pending', 'not known yet', 'question', '');
  const { up, down } = pending;
  if (up + down === 0)
    return conflicts.length === 0
      ? row('pending', 'In step', 'nothing to transfer', 'check', '')
      : row('pending', 'Pending', 'nothing but the conflicts', 'check', '');
  const text = [up > 0 ? `${up} up` : '', down > 0 ? `${down} down` : ''].filter(Boolean).join(', ');
  return {
    ...row('pending', 'Pending', text, 'arrow-swap', ''),
    ...(changes.length === 0 ? {} : { children: changeRows(changes) }),
  };
}

function changeRows(changes: readonly Step[]): readonly Row[] {
  const rows = changes.slice(0, MOST).flatMap(({ kind, path, local, remote }) => {
    const look = stepLook(kind);
    if (look === null) return [];
    const size = kind === 'upload' ? local?.stamp.size : remote?.size;
    const words = size === undefined || look.icon === 'trash' ? look.words : `${look.words}, ${bytesText(size)}`;
    return [row(`change-${path}`, path, words, look.icon, path, { colour: look.colour })];
  });
  return changes.length > MOST ? [...rows, more('changes', changes.length - MOST)] : rows;
}

function problemRows(problems: readonly Problem[]): readonly Row[] {
  return listRow('problems', 'Left alone', COLOURS.warning, problems);
}

/** Only regular files are shared: no failure, but nobody should wonder. */
function skippedRows({ last }: SyncStatus): readonly Row[] {
  return listRow('skipped', 'Not shared', undefined, last?.report.skipped ?? []);
}

function listRow(id: string, label: string, colour: string | undefined, found: readonly Problem[]): readonly Row[] {
  if (found.length === 0) return [];
  const rows = found
    .slice(0, MOST)
    .map(({ path, reason }) => row(`${id}-${path}`, path, reason, 'info', `${path}\n${reason}`));
  const children = found.length > MOST ? [...rows, more(id, found.length - MOST)] : rows;
  const top = row(id, label, countText(found.length, 'path'), 'info', '', colour === undefined ? {} : { colour });
  return [{ ...top, children }];
}

function remoteRow(config: Config, { generation, seenAt, latencyMs }: SyncStatus, now: number): Row {
  const health =
    seenAt === null ? 'not read yet' : `read ${agoText(seenAt, now)}${latencyMs === null ? '' : ` in ${latencyMs} ms`}`;
  const children = [
    ...placeRows(config).slice(1),
    row(
      'generation',
      'Generation',
      generation === null ? 'nothing committed yet' : String(generation),
      'git-commit',
      '',
    ),
    row('health', 'Register', health, 'pulse', ''),
  ];
  return {
    ...row('remote', 'Remote', placeText(config), 'cloud', `${placeText(config)}\n${endpointText(config)}`),
    children,
  };
}

function placeRows(config: Config): readonly Row[] {
  const { backend } = config;
  const rows = [row('place', 'Remote', placeText(config), 'cloud', placeText(config))];
  if (backend.type !== 's3') return rows;
  rows.push(
    row('endpoint', 'Endpoint', endpointText(config), 'globe', ''),
    row('profile', 'Profile', backend.profile ?? 'default', 'account', ''),
  );
  rows.push(row('root', 'Folder', `${config.root}/`, 'folder', ''));
  return rows;
}

function recentRow(recent: LocalStatus['recent'], now: number): Row {
  const [last] = recent;
  if (last === undefined) return row('recent', 'Last sync', 'never here', 'history', '');
  const children = recent.map((one, index) =>
    row(`recent-${index}`, agoText(one.at, now), syncText(one), 'blank', new Date(one.at).toLocaleString()),
  );
  return { ...row('recent', 'Last sync', `${agoText(last.at, now)}, ${syncText(last)}`, 'history', ''), children };
}

function syncText({
  uploaded,
  downloaded,
  deletedLocal,
  deletedRemote,
  conflicts,
  bytesUp,
  bytesDown,
  ms,
}: LocalStatus['recent'][number]): string {
  const deleted = deletedLocal + deletedRemote;
  const parts = [
    uploaded > 0 ? `↑ ${uploaded}` : '',
    downloaded > 0 ? `↓ ${downloaded}` : '',
    deleted > 0 ? `${deleted} deleted` : '',
    conflicts > 0 ? countText(conflicts, 'conflict') : '',
  ].filter(Boolean);
  return parts.length === 0
    ? 'nothing to do'
    : `${parts.join(' ')}, ${bytesText(bytesUp + bytesDown)} in ${durationText(ms)}`;
}

const more = (id: string, count: number): Row => row(`more-${id}`, `and ${count} more`, '', 'ellipsis', '');
