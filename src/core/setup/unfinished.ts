import type { Config } from '../config/config.ts';
import { placeText } from '../config/place-text.ts';
import { isSameRoot } from '../config/same-place.ts';
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
}

/** Whether it can still be gone on with: another place is configured by now otherwise. `now`: the configuration, null for none. */
export const isCurrent = ({ from, to }: UnfinishedSetup, now: Config | null): boolean =>
  isSameRoot(from, now) || isSameRoot(to, now);

/** For people, without a full stop. */
export function unfinishedText({ to, startedAt, step, files }: UnfinishedSetup): string {
  const far = files === null ? '' : `, ${files.done} of ${files.total} files`;
  return `a set-up to ${placeText(to)}, begun at ${startedAt}, is not finished: step ${step.number} of ${step.of} (${step.text})${far}`;
}

export const unfinishedRemedy = ({ to, flags }: UnfinishedSetup): string =>
  `Unless it is at work now, go on with it: ${setupCommand(to, flags)}`;
