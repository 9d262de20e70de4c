/* The SDK types requests, answers and errors inside its middleware as unknown; these look before they name. */

interface Headers {
  readonly headers: Record<string, string>;
}

interface Outgoing extends Headers {
  readonly protocol: string;
  readonly hostname: string;
  readonly body?: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const hasHeaders = (value: unknown): value is Headers => isObject(value) && isObject(value['headers']);

/** The request of a middleware. An error where the SDK has changed under us. */
export function outgoing(request: unknown): Outgoing {
  if (!isOutgoing(request)) throw new TypeError('The AWS SDK made a request of an unknown shape.');
  return request;
}

const isOutgoing = (value: unknown): value is Outgoing =>
  hasHeaders(value) &&
  'protocol' in value &&
  typeof value.protocol === 'string' &&
  'hostname' in value &&
  typeof value.hostname === 'string';

/** One header of an answer. */
export const answerHeader = (response: unknown, name: string): string | undefined =>
  hasHeaders(response) ? response.headers[name] : undefined;

/** The HTTP status that an error of the SDK came with. */
export function statusOf(error: unknown): number | undefined {
  const metadata = isObject(error) ? error['$metadata'] : undefined;
  const status = isObject(metadata) ? metadata['httpStatusCode'] : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** Node's code of a failure, also of the first of several (a host with more than one address). */
export function codeOf(error: unknown): string | undefined {
  if (!isObject(error)) return undefined;
  if (typeof error['code'] === 'string') return error['code'];
  const all = error['errors'];
  return Array.isArray(all) ? codeOf(all[0]) : undefined;
}

/** Where the bucket lies, as the answer that became this error says; undefined where it says nothing that can be a region. */
export function regionOf(error: unknown): string | undefined {
  if (!isObject(error)) return undefined;
  const named = error['Region'] ?? answerHeader(error['$response'], 'x-amz-bucket-region');
  return typeof named === 'string' && /^[a-z0-9-]{1,64}$/.test(named) ? named : undefined;
}
