import type { Config } from '../../core/config/config.ts';
import { type FolderHealth, healthText, skewOf } from '../../core/doctor/folder-health.ts';
import { vetoMessage } from '../../core/plan/safety.ts';
import { agoText, bytesText, countText, durationText } from '../../core/quantities.ts';
import { type UnfinishedSetup, unfinishedRemedy, unfinishedText } from '../../core/setup/unfinished.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import type { LeaseView, LocalStatus } from '../../engine/datastore.ts';
import type { Failure } from '../failure.ts';
import { leaseDocument, leaseText } from './lease-text.ts';
import { type Paint, safeText } from './paint.ts';
import { sentence } from './sentence.ts';

/** All that `status` could find out; what it could not is null, and `failure` says why. */
export interface StatusFacts {
  readonly workspace: string;
  readonly config: Config;
  readonly register: LeaseView | null;
  readonly preview: Preview | null;
  /** As `preview`, but against what was last seen of a remote that is out of reach. */
  readonly waiting: Preview | null;
  readonly local: LocalStatus | null;
  /** Of a datastore that is a folder. */
  readonly folder: { readonly health: FolderHealth; readonly files: number; readonly bytes: number } | null;
  readonly failure: Failure | null;
  /** Why there is no preview although nothing failed: another process works on this folder. */
  readonly busy: string | null;
  /** A set-up that has begun, and not ended. */
  readonly unfinished: UnfinishedSetup | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** `s3://bucket/prefix at https://… (region, profile x)`, or the folder. */
export function backendText({ backend }: Config): string {
  switch (backend.type) {
    case 's3': {
      const at = backend.endpoint === undefined ? '' : ` at ${backend.endpoint}`;
      const profile = backend.profile === undefined ? '' : `, profile ${safeText(backend.profile)}`;
      return `s3://${safeText([backend.bucket, backend.prefix].filter(Boolean).join('/'))}${at} (${backend.region}${profile})`;
    }
    case 'filesystem':
      return `${safeText(backend.path)} (a folder used in place)`;
    case 'unsupported':
      return `${safeText(backend.found)} (another tool's format: not supported, never written to)`;
  }
}

export function statusLines(facts: StatusFacts, paint: Paint): string[] {
  const { config, failure } = facts;
  const rows: [string, string][] = [
    ['Datastore', backendText(config)],
    ['Set by', config.source === 'default' ? 'default (the folder .swamp exists)' : config.source],
    ['Workspace', safeText(facts.workspace)],
  ];
  if (config.backend.type === 's3') rows.push(['Shared', sharedText(config)]);
  if (facts.folder !== null) {
    const { health, files, bytes } = facts.folder;
    rows.push(['Folder', safeText(healthText(health))]);
    rows.push(['Contents', `${countText(files, 'file')}, ${bytesText(bytes)}`]);
  }
  if (facts.register !== null) {
    if (facts.folder === null) rows.push(['Remote', remoteText(facts.register, facts.now)]);
    rows.push(['Lease', leaseText(facts.register, facts.now)]);
  }
  if (facts.preview !== null) rows.push(['Pending', pendingText(facts.preview, paint)]);
  if (facts.waiting !== null)
    rows.push(['Pending', `${pendingText(facts.waiting, paint)}, as the remote was last seen`]);
  if (facts.busy !== null) rows.push(['Pending', `not known now: ${safeText(facts.busy)}`]);
  if (facts.local !== null) rows.push(['Last sync', lastSyncText(facts.local, facts.now)]);
  const lines = rows.map(([name, value]) => `${paint.dim(name.padEnd(9))}  ${value}`);
  const held = facts.preview?.held ?? [];
  if (held.length > 0) lines.push('', ...heldLines(held, paint));
  for (const veto of facts.preview?.vetoes ?? []) {
    const { message, remedy } = vetoMessage(veto);
    lines.push('', paint.bad(`A sync would stop for safety: ${safeText(message)}`), safeText(remedy));
  }
  const { unfinished } = facts;
  if (unfinished !== null)
    lines.push(
      '',
      paint.attention(safeText(sentence(unfinishedText(unfinished)))),
      safeText(unfinishedRemedy(unfinished)),
    );
  if (failure !== null) lines.push('', paint.bad(safeText(failure.message)), safeText(failure.remedy));
  return lines;
}

const SHOWN = 5;

function heldLines(held: Preview['held'], paint: Paint): string[] {
  const rows = held.slice(0, SHOWN).map(({ path, reason }) => `  ${safeText(path)}: ${safeText(reason)}`);
  const more = held.length > SHOWN ? [`  … and ${held.length - SHOWN} more (all with --json)`] : [];
  return [paint.attention(`${countText(held.length, 'path')} left alone:`), ...rows, ...more];
}

function sharedText({ root, directories, exclude }: Config): string {
  const only = directories === null ? '' : `, only ${directories.join(', ')}`;
  const without = exclude.length === 0 ? '' : `, without ${exclude.join(', ')}`;
  return safeText(`${root}/${only}${without}`);
}

function remoteText({ generation, committedAt, committedBy, latencyMs }: LeaseView, now: number): string {
  const reached = `in reach (${durationText(latencyMs)})`;
  if (generation === null) return `${reached}, nothing committed yet`;
  const at = committedAt === null ? Number.NaN : Date.parse(committedAt);
  const when = Number.isNaN(at) ? '' : `, committed ${agoText(at, now)}`;
  return `${reached}, generation ${generation}${when}${committedBy === null ? '' : ` by ${safeText(committedBy)}`}`;
}

/** Counts of a preview by what a person would call them. */
export function pendingOf({ plan, held }: Preview) {
  const count = (...kinds: string[]): number => plan.steps.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    upload: count('upload'),
    download: count('download', 'keep-both'),
    deleteRemote: count('delete-remote'),
    deleteLocal: count('delete-local'),
    conflicts: plan.conflicts.length,
    held: held.length,
  };
}

function pendingText(preview: Preview, paint: Paint): string {
  const { upload, download, deleteRemote, deleteLocal, conflicts, held } = pendingOf(preview);
  const parts = [
    upload > 0 ? `${upload} up` : '',
    download > 0 ? `${download} down` : '',
    deleteRemote > 0 ? `${deleteRemote} to delete there` : '',
    deleteLocal > 0 ? `${deleteLocal} to delete here` : '',
    conflicts > 0 ? paint.attention(countText(conflicts, 'conflict')) : '',
    held > 0 ? `${held} left alone` : '',
  ].filter(Boolean);
  return parts.length === 0 ? paint.good('nothing, in step') : parts.join(', ');
}

const lastSyncText = ({ lastSyncAt, generation }: LocalStatus, now: number): string =>
  lastSyncAt === null
    ? 'never here'
    : `${agoText(lastSyncAt, now)}${generation === null ? '' : `, generation ${generation}`}`;

/** `--json`. Times in milliseconds since 1970 where they are numbers. */
export function statusDocument(facts: StatusFacts): Record<string, unknown> {
  const { config, workspace, register, preview, local, folder, failure } = facts;
  return {
    workspace,
    config,
    remote:
      register === null || folder !== null
        ? null
        : {
            latencyMs: register.latencyMs,
            generation: register.generation,
            committedAt: register.committedAt,
            committedBy: register.committedBy,
          },
    lease: register === null ? null : leaseDocument(register),
    busy: facts.busy,
    pending: preview === null ? null : pendingOf(preview),
    waiting: facts.waiting === null ? null : pendingOf(facts.waiting),
    held: preview === null ? null : preview.held.map(({ path, reason }) => ({ path, reason })),
    vetoes: preview === null ? null : preview.vetoes.map((veto) => ({ ...veto, ...vetoMessage(veto) })),
    lastSync: local === null ? null : { at: local.lastSyncAt, generation: local.generation },
    ...(folder === null ? {} : folderDocument(folder)),
    ...(facts.unfinished === null ? {} : { unfinishedSetup: unfinishedDocument(facts.unfinished) }),
    ...(failure === null ? {} : { error: failure }),
  };
}

const unfinishedDocument = (found: UnfinishedSetup): Record<string, unknown> => ({
  to: found.to.backend,
  startedAt: found.startedAt,
  step: found.step,
  files: found.files,
  message: unfinishedText(found),
  remedy: unfinishedRemedy(found),
});

function folderDocument({ health, files, bytes }: NonNullable<StatusFacts['folder']>): Record<string, unknown> {
  const { readMs, written, freeBytes } = health;
  return {
    contents: { files, bytes },
    folder: {
      readMs: Math.round(readMs),
      writable: written.ok,
      writeMs: written.ok ? Math.round(written.value.ms) : null,
      clockAheadMs: written.ok ? Math.round(skewOf(written.value)) : null,
      freeBytes,
      ...(written.ok ? {} : { problem: written.problem }),
    },
  };
}
