import { SyncError } from '../../core/errors.ts';

/** The endpoint as a URL. SyncError('config') when it is none, carries credentials, or would send them in the clear. */
export function checkedEndpoint(endpoint: string): URL {
  const url = URL.parse(endpoint);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new SyncError('config', 'The endpoint is not an http or https address.', 'Write it as https://host[:port].');
  }
  if (url.username !== '' || url.password !== '') {
    throw new SyncError(
      'config',
      'The endpoint carries a user name or password.',
      'Remove it; credentials come from a profile or the environment.',
    );
  }
  if (isExposed(url.protocol, url.hostname)) throw exposed(url.host);
  return url;
}

/** Whether requests would cross a network unencrypted. */
export const isExposed = (protocol: string, hostname: string): boolean =>
  protocol === 'http:' && !/^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);

export const exposed = (host: string) =>
  new SyncError(
    'config',
    `The endpoint ${host} is plain http, and not on this machine.`,
    'Use https: data and signatures would cross the network readable and changeable.',
  );
