import type { StoreErrorKind } from '../../core/errors.ts';

/** What is known of a failed request. */
export interface Facts {
  /** The error code of the store, or the name of the error that Node or the SDK threw. */
  readonly name: string;
  /** HTTP status; absent when no answer came. */
  readonly status: number | undefined;
  /** Node's, of a network failure. */
  readonly code: string | undefined;
  readonly message: string;
}

const BY_NAME: Readonly<Record<string, StoreErrorKind>> = {
  NoSuchKey: 'missing',
  NoSuchBucket: 'no-bucket',
  InvalidBucketName: 'no-bucket',
  PreconditionFailed: 'precondition',
  ConditionalRequestConflict: 'conflict',
  OperationAborted: 'conflict',
  BadDigest: 'checksum',
  InvalidDigest: 'checksum',
  XAmzContentSHA256Mismatch: 'checksum',
  XAmzContentChecksumMismatch: 'checksum',
  AccessDenied: 'denied',
  AllAccessDisabled: 'denied',
  AccountProblem: 'denied',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  TokenRefreshRequired: 'credentials',
  InvalidToken: 'credentials',
  InvalidAccessKeyId: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  UnrecognizedClientException: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidGrantException: 'credentials',
  InvalidIdentityToken: 'credentials',
  InvalidIdentityTokenException: 'credentials',
  IDPRejectedClaim: 'credentials',
  IDPRejectedClaimException: 'credentials',
  UnauthorizedException: 'credentials',
  RequestTimeTooSkewed: 'busy',
  RequestTimeout: 'busy',
  RequestTimeoutException: 'busy',
  SlowDown: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  RequestLimitExceeded: 'throttled',
  TooManyRequestsException: 'throttled',
  InternalError: 'busy',
  ServiceUnavailable: 'throttled',
  TimeoutError: 'unreachable',
  AbortError: 'unreachable',
};

const NETWORK_CODES =
  /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_|NOTFOUND|ADDR|MFILE|NFILE|PROTO)|HPE_|ERR_(TLS|SSL|STREAM|HTTP)|UND_ERR|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|OpenSSL)/;

/** Of a 400: what a store says that does not know the condition. Other names are about something else. */
const ABOUT_THE_CONDITION = /^(InvalidArgument|InvalidRequest|NotImplemented|Unknown|UnknownError|Error|400)$/;
/** The store hands on what its key service says, mostly of a key that may not or cannot be used. */
const OF_KEYS = 'KMS.';

/** What the caller does next. `conditional`: the request carried If-Match or If-None-Match. */
export function failureKind({ name, status, code }: Facts, conditional: boolean): StoreErrorKind {
  const ofKeys = name.startsWith(OF_KEYS);
  const word = ofKeys ? name.slice(OF_KEYS.length) : name;
  const named = Object.hasOwn(BY_NAME, word) ? BY_NAME[word] : undefined;
  if (named !== undefined) return named;
  if (ofKeys) return 'denied';
  if (conditional && (status === 501 || (status === 400 && ABOUT_THE_CONDITION.test(name)))) return 'unsupported';
  if (status !== undefined && status >= 300) return kindOfStatus(status, conditional);
  if (code !== undefined && NETWORK_CODES.test(code)) return 'unreachable';
  // A 2xx whose answer could not be read: the effect may have happened.
  if (status !== undefined) return 'busy';
  // No status and no network: the SDK refused the request before it left.
  return 'rejected';
}

function kindOfStatus(status: number, conditional: boolean): StoreErrorKind {
  if (status === 501) return 'rejected';
  if (status === 503) return 'throttled';
  if (status >= 500) return 'busy';
  switch (status) {
    case 401:
      return 'credentials';
    case 403:
      return 'denied';
    case 404:
      return 'missing';
    case 408:
      return 'busy';
    case 429:
      return 'throttled';
    case 409:
      return conditional ? 'conflict' : 'rejected';
    case 412:
      return 'precondition';
    default:
      return 'rejected';
  }
}
