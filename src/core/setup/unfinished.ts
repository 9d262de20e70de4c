import type { Config } from '../config/config.ts';
import { placeText } from '../config/place-text.ts';
import { isSameRoot } from '../config/same-place.ts';
import { countText } from '../quantities.ts';
import { type SetupFlags, setupCommand } from './setup-command.ts';

/** How far a set-up has come that has begun, and has not ended. */
export interface UnfinishedSetup {
  readonly from: Config | null;
  readonly to: Config;
  readonly flags: SetupFlags;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The step that was begun last: its number among all, from 1, and what it does in words. */
  readonly step: { readonly number: number; readonly of: number; readonly text: string };
  /** Of the latest transfer in that step; null: there was none. */
  readonly files: { readonly done: number; readonly total: number } | null;
  /** The new place is what is configured now. */
  readonly isConfigured?: boolean;
}

/** Whether it can still be gone on with: another place is configured by now otherwise. `now`: the configuration, null for none. */
export const isCurrent = ({ from, to }: UnfinishedSetup, now: Config | null): boolean =>
  isSameRoot(from, now) || isSameRoot(to, now);

/** For people, without a full stop. */
export function unfinishedText({ to, startedAt, step, files }: UnfinishedSetup): string {
  const far = files === null ? '' : `, ${files.done} of ${files.total} files`;
  return `a set-up to ${placeText(to)}, begun at ${startedAt}, is not finished: step ${step.number} of ${step.of} (${step.text})${far}`;
}

/** Whether it can be given up by setting up again what is configured; once that is the new place, this would go on with it. */
export const canGiveUp = ({ from, isConfigured }: UnfinishedSetup): boolean =>
  from !== null && from.backend.type !== 'unsupported' && isConfigured !== true;

export function unfinishedRemedy(found: UnfinishedSetup): string {
  const { from, to, flags } = found;
  const goOn = setupCommand(to, flags);
  if (from === null || !canGiveUp(found)) return `Unless it is at work now, go on with it: ${goOn}`;
  const giveUp = setupCommand(from, { skipMigration: false, deleteSource: false });
  return `Unless it is at work now, give it up by setting up what is configured (${giveUp}), or go on with it: ${goOn}`;
}

/** Of one that another took the place of. `brought`: files that it may have brought to a folder. A sentence. */
export function givenUpText({ to, startedAt }: Pick<UnfinishedSetup, 'to' | 'startedAt'>, brought: number): string {
  const there =
    to.backend.type === 's3'
      ? 'what it may have sent there stays'
      : brought === 0
        ? 'it had brought nothing there'
        : `${countText(brought, 'file')} that it may have brought there stay`;
  return `This takes the place of the set-up to ${placeText(to)}, begun at ${startedAt}: ${there}.`;
}
