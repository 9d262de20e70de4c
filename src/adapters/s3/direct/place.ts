import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { S3StoreOptions } from '../s3-store.ts';
import { encodedPath } from './sigv4.ts';

/** Where the objects of a bucket are asked for. */
export interface DirectPlace {
  readonly origin: URL;
  /** Of a key, percent-encoded. */
  path(key: string): string;
}

/** What AWS serves at `BUCKET.s3.REGION.amazonaws.com`: no dots (certificates), no access points, no directory buckets. */
const PLAIN_BUCKET = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const PLAIN_REGION = /^(?!cn-)[a-z]{2}(?:-gov)?-(?:north|south|east|west|central){1,2}-\d$/;
/** What may send requests elsewhere, in the environment and in the shared configuration. */
const ELSEWHERE = /endpoint|fips|dualstack/i;

/**
 * Null where only the SDK knows the way: a bucket in the host name of another store, another partition, settings of the
 * environment or the shared configuration about addresses.
 */
export function directPlace(options: S3StoreOptions, endpoint: URL | undefined, env = process.env): DirectPlace | null {
  const { bucket, prefix, region, forcePathStyle } = options;
  const base = prefix === '' ? '' : `${prefix}/`;
  if (endpoint !== undefined) {
    if (!forcePathStyle || endpoint.pathname !== '/' || endpoint.search !== '') return null;
    return { origin: endpoint, path: (key) => encodedPath(`/${bucket}/${base}${key}`) };
  }
  const isPlain = PLAIN_BUCKET.test(bucket) && PLAIN_REGION.test(region) && !forcePathStyle;
  if (!isPlain || namesAnAddress(env)) return null;
  const origin = new URL(`https://${bucket}.s3.${region}.amazonaws.com`);
  return { origin, path: (key) => encodedPath(`/${base}${key}`) };
}

function namesAnAddress(env: NodeJS.ProcessEnv): boolean {
  if (Object.keys(env).some((name) => name.startsWith('AWS_') && ELSEWHERE.test(name))) return true;
  try {
    return ELSEWHERE.test(readFileSync(env['AWS_CONFIG_FILE'] ?? join(homedir(), '.aws', 'config'), 'utf8'));
  } catch {
    return false;
  }
}
