import type { Config } from '../../src/core/config/config.ts';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';

/** For a test that is about something else: a root in a bucket, with nothing set that need not be. */
export const SOME_CONFIG: Config = {
  backend: { type: 's3', bucket: 'team-data', prefix: 'p', region: 'eu-central-1', forcePathStyle: false },
  root: 'data',
  directories: null,
  exclude: [],
  allow: [],
  timing: DEFAULT_TIMING,
  lock: { ttlMs: 30_000, waitMs: 60_000 },
  source: '.datastore.yaml',
};
