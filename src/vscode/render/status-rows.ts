import type { Config } from '../../core/config/config.ts';
import { configProblemText } from '../../core/config/config-problem.ts';
import type { FolderHealth } from '../../core/doctor/folder-health.ts';
import type { Problem } from '../../core/errors.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import type { AutoSync } from '../../engine/coordinator/coordinator.ts';
import type { LocalStatus } from '../../engine/datastore.ts';
import type { FolderState } from '../folder-state.ts';
import { counted, said, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { failureTitle, lastingTitle } from './failure-title.ts';
import { inPlaceRows } from './in-place-rows.ts';
import { MOST, moreRow, pendingRows } from './pending-rows.ts';
import { endpointText, placeText } from './place-text.ts';
import { recentRow } from './recent-row.ts';
import { COLOURS, type Row, row } from './row.ts';
import { failureRow, leaseRow, sourceRow } from './shared-rows.ts';

/** The Status view of one folder. `health` of one used in place, where it is known. `now` in milliseconds since 1970. */
export function statusRows(
  state: FolderState,
  recent: LocalStatus['recent'],
  now: number,
  health: FolderHealth | null = null,
  autoSync: AutoSync = 'on',
): readonly Row[] {
  switch (state.kind) {
    case 'active':
      return state.status.inPlace
        ? inPlaceRows(state.config, state.status, health, now)
        : activeRows(state.config, state.status, recent, now, autoSync);
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
      // Its title says nothing of what is wrong.
      return [
        { ...failureRow({ title: t('Failed'), ...state }), description: said(state.message) },
        ...placeRows(state.config),
      ];
    case 'invalid':
      return state.problems.map((problem, index) =>
        row(
          `problem-${index}`,
          problem.field ?? problem.source,
          said(problem.message),
          'error',
          said(configProblemText(problem)),
          { colour: COLOURS.error, source: problem.source },
        ),
      );
    case 'loading':
    case 'not-set-up':
      return [];
  }
}

function activeRows(
  config: Config,
  status: SyncStatus,
  recent: LocalStatus['recent'],
  now: number,
  autoSync: AutoSync,
): readonly Row[] {
  return [
    ...(status.failure === null ? [] : [failureRow({ title: lastingTitle(status.failure, now), ...status.failure })]),
    ...pendingRows(status),
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
    autoSyncRow(status.paused, autoSync),
    remoteRow(config, status),
    healthRow(status, now),
    recentRow(recent, now),
    sourceRow(config),
  ];
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
    .map(({ path, reason }) => row(`${id}-${path}`, path, said(reason), 'info', `${path}\n${said(reason)}`));
  const children = found.length > MOST ? [...rows, moreRow(id, found.length - MOST)] : rows;
  const top = row(
    id,
    label,
    counted(found.length, '{0} path', '{0} paths'),
    'info',
    '',
    // The rules stand there, whatever names the place.
    { ...(colour === undefined ? {} : { colour }), source: '.datastore.yaml' },
  );
  return [{ ...top, children }];
}

function remoteRow(config: Config, { generation, looked }: SyncStatus): Row {
  const none = looked ? t('nothing committed yet') : t('not known yet');
  const commit = generation === null ? none : String(generation);
  const children = [...placeRows(config).slice(1), row('generation', t('Commit'), commit, 'git-commit', '')];
  return {
    ...row('remote', t('Remote'), placeText(config), 'cloud', `${placeText(config)}\n${endpointText(config)}`),
    children,
  };
}

/** Whether the store answers, and how fast. */
function healthRow({ seenAt, latencyMs, failure }: SyncStatus, now: number): Row {
  const read = seenAt === null ? t('not read yet') : t('read {0}', ago(seenAt, now));
  const isGone = failure?.kind === 'offline' || failure?.kind === 'credentials';
  if (isGone) return row('health', t('Health'), failureTitle(failure.kind), 'pulse', read, { colour: COLOURS.warning });
  return row('health', t('Health'), latencyMs === null ? read : t('answers in {0} ms', latencyMs), 'pulse', read);
}

/** What happens by itself. */
function autoSyncRow(isPaused: boolean, autoSync: AutoSync): Row {
  if (isPaused)
    return row(
      'auto',
      t('Automatic sync'),
      t('paused'),
      'debug-pause',
      t('Nothing is synced by itself until Resume.'),
      {
        context: 'auto-paused',
        colour: COLOURS.warning,
      },
    );
  const [words, tooltip] = {
    on: [t('on'), t('Both ways, as soon as something changes.')],
    pull: [t('pull only'), t('What others commit is brought here; what changes here waits for you.')],
    off: [t('off'), t('Nothing is transferred before you ask for it.')],
  }[autoSync] as [string, string];
  return row('auto', t('Automatic sync'), words, 'sync', tooltip, { context: `auto-${autoSync}` });
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
