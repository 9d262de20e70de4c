import { configProblemText } from '../../core/config/config-problem.ts';
import { durationText } from '../../core/quantities.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import type { FolderState, NamedState } from '../folder-state.ts';
import { counted, said, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { leaseText } from './lease-text.ts';
import { commandLink, escapeMarkdown } from './markdown.ts';
import { placeText } from './place-text.ts';
import { sinceText } from './since-text.ts';

/** Markdown: a paragraph for each folder, then what can be done. */
export function tooltipOf(folders: readonly NamedState[], now: number): string {
  const several = folders.length > 1;
  return folders
    .map(({ name, state }) => {
      const title = several ? `**${escapeMarkdown(name)}** — ` : '';
      const { heading, lines } = partsOf(state, now);
      return [`${title}${heading}`, ...lines].join('  \n');
    })
    .concat(linksOf(folders))
    .join('\n\n');
}

function partsOf(state: FolderState, now: number): { readonly heading: string; readonly lines: readonly string[] } {
  switch (state.kind) {
    case 'active':
      if (state.status.inPlace) {
        const lines = [t('A folder used in place: nothing to sync.'), ...statusLines(state.status, now)];
        return { heading: `**${escapeMarkdown(placeText(state.config))}**`, lines: lines.map(escapeMarkdown) };
      }
      return {
        heading: `**${escapeMarkdown(placeText(state.config))}** ⇄ ${escapeMarkdown(`${state.config.root}/`)}`,
        lines: statusLines(state.status, now).map(escapeMarkdown),
      };
    case 'unsupported':
      return {
        heading: `**${escapeMarkdown(state.found)}**`,
        lines: [t("Another tool's format: shown, never written to.")],
      };
    case 'asking':
      return {
        heading: `**${escapeMarkdown(placeText(state.config))}**`,
        lines: [t('Waits for your answer before anybody is contacted.')],
      };
    case 'declined':
      return {
        heading: `**${escapeMarkdown(placeText(state.config))}**`,
        lines: [t('Not connected, as you answered.')],
      };
    case 'broken':
      return { heading: escapeMarkdown(said(state.message)), lines: [escapeMarkdown(said(state.remedy))] };
    case 'invalid':
      return {
        heading: t('The configuration has mistakes:'),
        lines: state.problems.slice(0, 5).map((problem) => escapeMarkdown(said(configProblemText(problem)))),
      };
    case 'untrusted':
      return {
        heading: t('This workspace is not trusted.'),
        lines: [t('The configuration was read; nobody is contacted.')],
      };
    case 'not-set-up':
      return { heading: t('No datastore is set up here.'), lines: [] };
    case 'loading':
      return { heading: t('Reading the configuration.'), lines: [] };
  }
}

function statusLines(status: SyncStatus, now: number): string[] {
  const { failure, pending, conflicts, problems, last, lease, seenAt, latencyMs, progress } = status;
  const lines: string[] = [];
  if (progress?.patienceMs !== undefined)
    lines.push(t('The store asks for patience: everything waits {0}', durationText(progress.patienceMs)));
  if (failure?.kind === 'offline') lines.push(t('Offline {0}: tried again by itself', sinceText(failure.since, now)));
  if (failure !== null) lines.push(said(failure.message), said(failure.remedy));
  if (conflicts.length > 0) lines.push(t('{0} to decide', counted(conflicts.length, '{0} conflict', '{0} conflicts')));
  if (pending !== null && !status.inPlace) {
    const { up, down } = pending;
    if (up + down > 0) lines.push(t('{0} to upload, {1} to download', up, down));
    else lines.push(failure === null ? t('Nothing to transfer') : t('Nothing to transfer, as far as is known'));
  }
  if (problems.length > 0) lines.push(t('{0} left alone', counted(problems.length, '{0} file', '{0} files')));
  if (lease !== null)
    lines.push(
      seenAt === null
        ? t('Lock: {0}', leaseText(lease, now))
        : t('Lock: {0}, as of {1}', leaseText(lease, now), ago(seenAt, now)),
    );
  const synced = last === null || status.inPlace ? '' : t('Last sync {0}', ago(last.at, now));
  const verified =
    seenAt === null ? '' : `${t('verified {0}', ago(seenAt, now))}${latencyMs === null ? '' : ` (${latencyMs} ms)`}`;
  const times = [synced, verified].filter(Boolean).join(' · ');
  if (times !== '') lines.push(`${times.slice(0, 1).toUpperCase()}${times.slice(1)}`);
  return lines;
}

/** Commands a tooltip may run. */
export const TOOLTIP_COMMANDS = [
  'datastore.sync',
  'datastore.preview',
  'datastore.showStatus',
  'datastore.showLog',
  'datastore.resolveConflicts',
  'datastore.connect',
  'datastore.openConfiguration',
  'datastore.signIn',
  'workbench.trust.manage',
] as const;

function linksOf(folders: readonly NamedState[]): string {
  const any = (test: (state: FolderState) => boolean) => folders.some(({ state }) => test(state));
  const links: string[] = [];
  if (any((state) => state.kind === 'asking' || state.kind === 'declined'))
    links.push(commandLink(t('Answer'), 'datastore.connect'));
  if (any((state) => state.kind === 'untrusted')) links.push(commandLink(t('Manage trust'), 'workbench.trust.manage'));
  if (any((state) => state.kind === 'active' && state.status.failure?.kind === 'credentials'))
    links.push(commandLink(t('Sign in'), 'datastore.signIn'));
  if (any((state) => state.kind === 'active' && state.status.conflicts.length > 0))
    links.push(commandLink(t('Resolve conflicts'), 'datastore.resolveConflicts'));
  if (any((state) => state.kind === 'active' && !state.status.inPlace))
    links.push(commandLink(t('Sync now'), 'datastore.sync'), commandLink(t('Preview'), 'datastore.preview'));
  else links.push(commandLink(t('Configuration'), 'datastore.openConfiguration'));
  links.push(commandLink(t('Status'), 'datastore.showStatus'), commandLink(t('Log'), 'datastore.showLog'));
  return links.join(' · ');
}
