import type { DevServer } from './dev-server.ts';
import type { Command } from './measure.ts';
import type { Pace } from './rounds.ts';

/** A workspace of one contender: its files lie in `data`, which is to be equal to `bucket`. */
export interface Place {
  readonly workspace: string;
  readonly data: string;
  readonly bucket: string;
  /** For what a program remembers between two runs. */
  readonly home: string;
}

/** `plan` says what would be done. */
export type Act = 'push' | 'both' | 'pull' | 'plan';

export interface Contender {
  readonly name: string;
  readonly version: string;
  readonly pace: Pace;
  /** Before the first act in a workspace. */
  prepare(place: Place, server: DevServer): void;
  command(act: Act, place: Place, server: DevServer): Command;
  /** What it does once for each remote, whatever is pushed. */
  probe?(place: Place, server: DevServer): Command;
}

/** A peer knows one direction at a time; nothing to do is nothing to push. */
export const direction = (act: Act, local: string, remote: string): [string, string] =>
  act === 'pull' ? [remote, local] : [local, remote];

/** Nothing of ours that would steer a program elsewhere: profiles, proxies, certificates. */
export const environment = ({ accessKeyId, secretAccessKey, region }: DevServer): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  LANG: 'C.UTF-8',
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_DEFAULT_REGION: region,
  AWS_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
});
