import type { Config } from '../../core/config/config.ts';
import type { Asked } from '../../core/doctor/doctor-facts.ts';
import { judgeFolder } from '../../core/doctor/doctor-folder.ts';
import type { DoctorLine } from '../../core/doctor/doctor-line.ts';
import {
  judgeBase,
  judgeKept,
  judgeSpace,
  judgeStaging,
  judgeState,
  judgeWatching,
} from '../../core/doctor/doctor-local.ts';
import { judgeRemote } from '../../core/doctor/doctor-remote.ts';
import {
  judgeConfig,
  judgeCredentials,
  judgeProxy,
  judgeRoot,
  judgeUnfinished,
} from '../../core/doctor/doctor-setup.ts';
import { asked } from './checkup-ask.ts';
import { findFolderFacts } from './checkup-folder.ts';
import { findBase, findKept, findRootFacts, findStaging } from './checkup-local.ts';
import type { CheckupParts } from './checkup-ports.ts';
import { findRemote } from './checkup-remote.ts';

export interface CheckupOptions {
  /** A backend for people. */
  readonly describe: (config: Config) => string;
  readonly signal?: AbortSignal;
  /** What is being looked at now. */
  readonly onStep?: (what: string) => void;
}

/**
 * Looks at everything a sync stands on, and says of each whether it is well and what to do. Changes nothing but objects below
 * `probe/`, which it removes again, and the record of what the probe found. Rejects only with SyncError('cancelled').
 */
export async function runCheckup(parts: CheckupParts, options: CheckupOptions): Promise<readonly DoctorLine[]> {
  const { config } = parts;
  const { describe, signal, onStep = () => {} } = options;
  const setup = await asked(() => parts.unfinished(), signal);
  const lines = [
    ...judgeConfig(config, config.ok ? describe(config.value) : ''),
    ...judged('set-up', setup, judgeUnfinished),
  ];
  if (!config.ok || config.value.backend.type === 'unsupported') return lines;
  onStep('the shared folder');
  const { folder } = parts;
  const there = folder === null ? null : await asked(() => folder.folder.check(), signal);
  if (there?.ok === false) return [...lines, ...judged('shared folder', there, () => [])];
  const root = await findRootFacts(parts, config.value, signal);
  lines.push(...judgeRoot(root));
  if (folder !== null) lines.push(...judgeFolder(await findFolderFacts(folder, signal), parts.clock.now()));
  if (parts.s3 !== null && config.value.backend.type === 's3')
    lines.push(...(await checkRemote(parts, parts.s3, config.value.backend, options)));
  onStep('this machine');
  const { machine, clock, s3 } = parts;
  const needed = root.tree?.ok === true ? root.tree.value.folders : 0;
  const watches = await asked(() => machine.watches(), signal);
  if (watches.ok && s3 !== null) lines.push(judgeWatching({ ...watches.value, needed }));
  const records = s3?.root.state ?? folder?.state;
  if (records !== undefined) {
    const { folder } = records;
    const state = await asked(
      async () => ({ folder, writable: await machine.isWritable(folder), bytes: await machine.bytesBelow(folder) }),
      signal,
    );
    lines.push(...judged('state folder', state, (facts) => [judgeState(facts)]));
  }
  if (folder !== null) {
    const kept = await asked(() => findKept(folder, machine), signal);
    lines.push(...judged('staging', kept, (facts) => [judgeKept(facts)]));
  }
  if (s3 !== null) {
    const base = await asked(() => findBase(s3.root, s3.store.name), signal);
    lines.push(...judged('base', base, (facts) => judgeBase(facts, clock.now())));
    const staging = await asked(() => findStaging(s3.root, machine), signal);
    lines.push(...judged('staging', staging, (facts) => [judgeStaging(facts, clock.now())]));
  }
  const space = await asked(async () => ({ folder: root.path, free: await machine.freeBytes(root.path) }), signal);
  return [...lines, ...judged('free space', space, (facts) => [judgeSpace(facts)])];
}

async function checkRemote(
  parts: CheckupParts,
  s3: NonNullable<CheckupParts['s3']>,
  backend: Extract<Config['backend'], { type: 's3' }>,
  { signal, onStep = () => {} }: CheckupOptions,
): Promise<readonly DoctorLine[]> {
  const { credentials, ...found } = await findRemote({ ...parts, ...s3 }, onStep, signal);
  const url = URL.parse(s3.bucket.url);
  const host = found.reach.ok ? found.reach.value.host : (url?.host ?? s3.bucket.url);
  return [
    judgeCredentials(credentials, backend.profile ?? null, parts.clock.now()),
    judgeProxy({ variables: parts.machine.proxiesFor(s3.bucket.url), host }),
    ...judgeRemote(found, backend, parts.clock.now()),
  ];
}

function judged<T>(
  topic: DoctorLine['topic'],
  found: Asked<T>,
  judge: (facts: T) => readonly DoctorLine[],
): readonly DoctorLine[] {
  if (found.ok) return judge(found.value);
  const { kind, message, remedy } = found.problem;
  return [{ topic, level: 'problem', text: message, remedy, kind }];
}
