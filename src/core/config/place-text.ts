import type { Config } from './config.ts';

/** `s3://bucket/prefix`, or the folder. */
export function placeText({ backend }: Pick<Config, 'backend'>): string {
  switch (backend.type) {
    case 's3':
      return `s3://${[backend.bucket, backend.prefix].filter((part) => part !== '').join('/')}`;
    case 'filesystem':
      return backend.path;
    case 'unsupported':
      return backend.found;
  }
}
