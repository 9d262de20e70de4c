import { StoreError, type StoreErrorKind, SyncError } from '../../core/errors.ts';
import { type Facts, failureKind } from './failure-kind.ts';
import { plainCause, redacted } from './redact.ts';
import { codeOf, regionOf, statusOf } from './sdk-shapes.ts';

/** What was asked, for the message and for what an answer means. */
export interface Request {
  /** `PUT of "a/b"`, for people. */
  readonly what: string;
  readonly bucket: string;
  /** For which requests are signed. */
  readonly region: string;
  readonly profile: string | undefined;
  /** Keys were handed over, so no chain and no profile was asked. */
  readonly ownKeys: boolean;
  readonly conditional: boolean;
}

const CERTIFICATE_CODES = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS)/;

/** A failure of the SDK, of the network or of the store as the port's own. The message and its cause carry no secret. */
export function storeFailure(error: unknown, request: Request, signal?: AbortSignal): StoreError | SyncError {
  if (error instanceof StoreError || error instanceof SyncError) return error;
  const facts = factsOf(error);
  if (signal?.aborted) return new StoreError('aborted', `Stopped the ${request.what}.`, plainCause(facts));
  const region = regionOf(error);
  if (isElsewhere(facts) && region !== undefined && region !== request.region) return elsewhere(region, request, facts);
  const kind = failureKind(facts, request.conditional);
  return new StoreError(kind, redacted(`${request.what}: ${WORDS[kind](facts, request)}`.trimEnd()), plainCause(facts));
}

/** The store serves another region than the one that was named. */
const isElsewhere = ({ status, name }: Facts): boolean => status === 301 || name === 'AuthorizationHeaderMalformed';

const elsewhere = (found: string, { bucket, region }: Request, facts: Facts): SyncError =>
  new SyncError(
    'bucket',
    `the bucket "${bucket}" lies in the region ${found}, and requests go to ${region}`,
    `Set \`region: ${found}\` in .datastore.yaml.`,
    { cause: plainCause(facts) },
  );

const WORDS: Readonly<Record<StoreErrorKind, (facts: Facts, request: Request) => string>> = {
  missing: () => 'there is no such object.',
  'no-bucket': (_, { bucket }) => `the bucket "${bucket}" does not exist.`,
  precondition: () => 'the object is not as it was expected to be (412).',
  conflict: (facts) => `another write came in between (${answerOf(facts)}).`,
  unsupported: (facts) => `the store does not take this condition (${answerOf(facts)}).`,
  denied: (facts) => `the store refuses this identity (${answerOf(facts)}). ${facts.message}`,
  credentials: credentialWords,
  checksum: (facts) => `the bytes that arrived are not those that were named (${answerOf(facts)}).`,
  busy: (facts) =>
    facts.name === 'RequestTimeTooSkewed'
      ? 'the clock of this machine and the clock of the store are too far apart (RequestTimeTooSkewed).'
      : `the store could not do it just now (${answerOf(facts)}).`,
  throttled: (facts) => `the store answered ${answerOf(facts)} and asks for patience.`,
  unreachable: networkWords,
  rejected: rejectedWords,
  aborted: () => 'stopped.',
};

function credentialWords(facts: Facts, { profile, ownKeys }: Request): string {
  const chain = profile === undefined ? 'the default AWS credentials' : `the AWS profile "${profile}"`;
  if (facts.status === undefined) {
    const login = profile === undefined ? 'aws sso login' : `aws sso login --profile ${profile}`;
    return `no usable credentials from ${chain} (sign in, for instance with ${login}). ${facts.message}`;
  }
  return `the store does not accept ${ownKeys ? 'the keys that were typed in' : chain} (${answerOf(facts)}).`;
}

// HEAD brings no body, so the SDK has no name for what happened.
const answerOf = ({ status, name }: Facts) =>
  status === undefined ? name : /^(Unknown|UnknownError|Error)$/.test(name) ? `${status}` : `${status} ${name}`;

function networkWords(facts: Facts): string {
  const code = facts.code ?? facts.name;
  if (CERTIFICATE_CODES.test(code)) return `the certificate of the store is not trusted (${code}).`;
  return `no answer from the store (${code}).`;
}

function rejectedWords(facts: Facts): string {
  const hint = isElsewhere(facts) ? ' The region is probably another one.' : '';
  return `the store refuses the request (${answerOf(facts)}).${hint} ${facts.message}`;
}

// What a store gives for its code is shown: only a word may pass for one. Keys and tokens have digits.
const CODE = /^(?:KMS\.)?[A-Za-z]+(?:256[A-Za-z]*)?$/;

function factsOf(error: unknown): Facts {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return {
    name: CODE.test(name) ? name : 'Error',
    status: statusOf(error),
    code: codeOf(error),
    message: message === name || message === 'UnknownError' ? '' : redacted(message).slice(0, 500),
  };
}
