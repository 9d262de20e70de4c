import type { Config } from '../core/config/config.ts';
import { t } from './l10n.ts';

/** Where a workspace would connect to, and with what: what a person decides about. */
export interface Place {
  readonly endpoint: string;
  /** Of the configuration, at an endpoint of one's own; null: it names none, or AWS, whose endpoint names it. */
  readonly region: string | null;
  readonly bucket: string;
  readonly prefix: string;
  readonly profile: string;
  /** The folder whose files go there, relative to the workspace. */
  readonly root: string;
}

/** Null where nobody is contacted. */
export function placeOf({ backend, root }: Config): Place | null {
  if (backend.type !== 's3') return null;
  const { endpoint, region, isRegionGuessed = false, bucket, prefix, profile } = backend;
  return {
    endpoint: endpoint ?? `AWS ${region}`,
    region: endpoint === undefined || isRegionGuessed ? null : region,
    bucket,
    prefix,
    profile: profile ?? 'default',
    root,
  };
}

/** For keys that were typed: they are the same whatever is shared. */
export const placeKey = ({ endpoint, bucket, prefix, profile }: Place): string =>
  JSON.stringify([endpoint, bucket, prefix, profile]);

/** For an answer: another one is another question. */
export const questionKey = ({ endpoint, region, bucket, prefix, profile, root }: Place): string =>
  JSON.stringify([endpoint, region, bucket, prefix, profile, root]);

/** One line each, for a dialog. */
export function placeLines(
  { endpoint, region, bucket, prefix, profile, root }: Place,
  workspace: string,
): readonly string[] {
  return [
    t('Endpoint: {0}', endpoint),
    ...(region === null ? [] : [t('Region: {0}', region)]),
    t('Bucket: {0}', bucket),
    t('Prefix: {0}', prefix === '' ? t('(none)') : prefix),
    t('AWS profile: {0}', profile),
    t('Shared folder: {0}/{1}/', workspace, root),
  ];
}
