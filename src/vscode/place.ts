import type { Config } from '../core/config/config.ts';
import { t } from './l10n.ts';

/** Where a workspace would connect to: the four things a person decides about. */
export interface Place {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly profile: string;
}

/** Null where nobody is contacted. */
export function placeOf({ backend }: Config): Place | null {
  if (backend.type !== 's3') return null;
  const { endpoint, region, bucket, prefix, profile } = backend;
  return { endpoint: endpoint ?? `AWS ${region}`, bucket, prefix, profile: profile ?? 'default' };
}

export const placeKey = ({ endpoint, bucket, prefix, profile }: Place): string =>
  JSON.stringify([endpoint, bucket, prefix, profile]);

/** One line each, for a dialog. */
export function placeLines({ endpoint, bucket, prefix, profile }: Place): readonly string[] {
  return [
    t('Endpoint: {0}', endpoint),
    t('Bucket: {0}', bucket),
    t('Prefix: {0}', prefix === '' ? t('(none)') : prefix),
    t('AWS profile: {0}', profile),
  ];
}
