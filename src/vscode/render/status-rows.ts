import type { Config } from '../../core/config/config.ts';
import { configProblemText } from '../../core/config/config-problem.ts';
import type { FolderHealth } from '../../core/doctor/folder-health.ts';
import type { Problem } from '../../core/errors.ts';
import type { Step } from '../../core/plan/plan.ts';
import { bytesText, durationText } from '../../core/quantities.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import type { LocalStatus } from '../../engine/datastore.ts';
import type { FolderState } from '../folder-state.ts';
import { counted, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { stepLook } from './change-look.ts';
import { lastingTitle } from './failure-title.ts';
import { inPlaceRows } from './in-place-rows.ts';
import { endpointText, placeText } from './place-text.ts';
import { progressText } from './progress-text.ts';
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
          t('Datastore'),
          t('{0}: not supported', state.found),
          'circle-slash',
          t("Another tool's format: shown, never written to."),
        ),
        sourceRow(state.config),
      ];
    case 'asking':
      return [
        row(
          'asking',
          t('Waiting for your answer'),
          placeText(state.config),
          'question',
          t('Nobody is contacted before it.'),
        ),
        ...placeRows(state.config),
      ];
    case 'declined':
      return [
        row('declined', t('Not connected'), t('as you answered'), 'circle-slash', t('Nobody is contacted.')),
        ...placeRows(state.config),
      ];
    case 'untrusted':
      return state.config === null
        ? []
        : [
            row(
              'untrusted',
              t('Not trusted'),
              t('nobody is contacted'),
              'shield',
              t('Trust this workspace to connect.'),
            ),
            ...placeRows(state.config),
          ];
    case 'broken':
      return [failureRow({ title: t('Failed'), ...state }), ...placeRows(state.config)];
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
    ...(status.paused ? [row('paused', t('Paused'), t('nothing is synced by itself'), 'debug-pause', '')] : []),
    pendingRow(status),
    ...(status.conflicts.length === 0
      ? []
      : [
          row('conflicts', t('Conflicts'), String(status.conflicts.length), 'warning', t('See the Conflicts view.'), {
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
    return row('pending', t('Syncing'), progressText(progress, null), 'sync', '');
  }
  if (pending === null) return row('pending', t('Pending'), t('not known yet'), 'question', '');
  const { up, down } = pending;
  if (up + down === 0)
    return conflicts.length === 0
      ? row('pending', t('In step'), t('nothing to transfer'), 'check', '')
      : row('pending', t('Pending'), t('nothing but the conflicts'), 'check', '');
  const text = [up > 0 ? t('{0} up', up) : '', down > 0 ? t('{0} down', down) : ''].filter(Boolean).join(', ');
  return {
    ...row('pending', t('Pending'), text, 'arrow-swap', ''),
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
  return listRow('problems', t('Left alone'), COLOURS.warning, problems);
}

/** Only regular files are shared: no failure, but nobody should wonder. */
function skippedRows({ last }: SyncStatus): readonly Row[] {
  return listRow('skipped', t('Not shared'), undefined, last?.report.skipped ?? []);
}

function listRow(id: string, label: string, colour: string | undefined, found: readonly Problem[]): readonly Row[] {
  if (found.length === 0) return [];
  const rows = found
    .slice(0, MOST)
    .map(({ path, reason }) => row(`${id}-${path}`, path, reason, 'info', `${path}\n${reason}`));
  const children = found.length > MOST ? [...rows, more(id, found.length - MOST)] : rows;
  const top = row(
    id,
    label,
    counted(found.length, '{0} path', '{0} paths'),
    'info',
    '',
    colour === undefined ? {} : { colour },
  );
  return [{ ...top, children }];
}

function remoteRow(config: Config, { generation, seenAt, latencyMs }: SyncStatus, now: number): Row {
  const health =
    seenAt === null
      ? t('not read yet')
      : latencyMs === null
        ? t('read {0}', ago(seenAt, now))
        : t('read {0} in {1} ms', ago(seenAt, now), latencyMs);
  const children = [
    ...placeRows(config).slice(1),
    row(
      'generation',
      t('Generation'),
      generation === null ? t('nothing committed yet') : String(generation),
      'git-commit',
      '',
    ),
    row('health', t('Register'), health, 'pulse', ''),
  ];
  return {
    ...row('remote', t('Remote'), placeText(config), 'cloud', `${placeText(config)}\n${endpointText(config)}`),
    children,
  };
}

function placeRows(config: Config): readonly Row[] {
  const { backend } = config;
  const rows = [row('place', t('Remote'), placeText(config), 'cloud', placeText(config))];
  if (backend.type !== 's3') return rows;
  rows.push(
    row('endpoint', t('Endpoint'), endpointText(config), 'globe', ''),
    row('profile', t('Profile'), backend.profile ?? 'default', 'account', ''),
  );
  rows.push(row('root', t('Folder'), `${config.root}/`, 'folder', ''));
  return rows;
}

function recentRow(recent: LocalStatus['recent'], now: number): Row {
  const [last] = recent;
  if (last === undefined) return row('recent', t('Last sync'), t('never here'), 'history', '');
  const children = recent.map((one, index) =>
    row(`recent-${index}`, ago(one.at, now), syncText(one), 'blank', new Date(one.at).toLocaleString()),
  );
  return { ...row('recent', t('Last sync'), `${ago(last.at, now)}, ${syncText(last)}`, 'history', ''), children };
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
    deleted > 0 ? t('{0} deleted', deleted) : '',
    conflicts > 0 ? counted(conflicts, '{0} conflict', '{0} conflicts') : '',
  ].filter(Boolean);
  return parts.length === 0
    ? t('nothing to do')
    : t('{0}, {1} in {2}', parts.join(' '), bytesText(bytesUp + bytesDown), durationText(ms));
}

const more = (id: string, count: number): Row => row(`more-${id}`, t('and {0} more', count), '', 'ellipsis', '');
