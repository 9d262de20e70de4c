import type { Config } from '../../core/config/config.ts';

/** `s3://bucket/prefix`, or the folder. */
export function placeText({ backend }: Config): string {
  switch (backend.type) {
    case 's3':
      return `s3://${[backend.bucket, backend.prefix].filter((part) => part !== '').join('/')}`;
    case 'filesystem':
      return backend.path;
    case 'unsupported':
      return backend.found;
  }
}

/** Where the store itself is: `https://…` or `AWS eu-central-1`. Empty for folders. */
export function endpointText({ backend }: Config): string {
  if (backend.type !== 's3') return '';
  return backend.endpoint ?? `AWS ${backend.region}`;
}
