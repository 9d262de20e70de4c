import type { Config } from '../../core/config/config.ts';

export { placeText } from '../../core/config/place-text.ts';

/** Where the store itself is: `https://…` or `AWS eu-central-1`. Empty for folders. */
export function endpointText({ backend }: Config): string {
  if (backend.type !== 's3') return '';
  return backend.endpoint ?? `AWS ${backend.region}`;
}
