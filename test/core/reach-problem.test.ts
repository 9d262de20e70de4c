import { expect, test } from 'vitest';
import { type ReachedThing, type ReachProblem, reachProblem } from '../../src/core/setup/reach-problem.ts';

const name = 's3://team/p at 127.0.0.1:9';
const trouble = (kind: ReachProblem['kind'], message: string): ReachProblem => ({
  kind,
  message,
  remedy: 'see the file',
});

test.each<[what: ReachedThing, found: ReachProblem, profile: string | null, message: string, remedy: string]>([
  [
    'permission to list',
    trouble('bucket', `${name}: LIST below "": the bucket "team" does not exist.`),
    null,
    'the bucket "team" does not exist.',
    'Create the bucket, or name another.',
  ],
  [
    'permission to list',
    trouble('bucket', 'the bucket "team" lies in the region us-east-1, and requests go to xx-yy-1'),
    null,
    'the bucket "team" lies in the region us-east-1, and requests go to xx-yy-1',
    'Name the region us-east-1.',
  ],
  [
    'permission to put',
    trouble('denied', `${name}: PUT of "probe/x": not allowed`),
    null,
    `permission to put: ${name}: not allowed`,
    'see the file',
  ],
  [
    'store',
    trouble('offline', `${name}: first request: no answer from the store (ECONNREFUSED).`),
    null,
    `${name}: no answer from the store (ECONNREFUSED).`,
    'Check the network and the endpoint, then run this again.',
  ],
  [
    'credentials',
    trouble(
      'credentials',
      `${name}: search for credentials: no usable credentials from the AWS profile "t" (sign in, for instance with aws sso login --profile t). The SSO session token was not found.`,
    ),
    't',
    `${name}: no usable credentials from the AWS profile "t". The SSO session token was not found.`,
    'Sign in: aws sso login --profile t',
  ],
  [
    'permission to list',
    trouble('credentials', `${name}: LIST below "": the store does not accept the default AWS credentials (403).`),
    null,
    `${name}: the store does not accept the default AWS credentials (403).`,
    'Sign in (with SSO: aws sso login), set the AWS_ variables, or name another profile.',
  ],
  ['contents', trouble('foreign', `${name} holds a.txt`), null, `${name} holds a.txt`, 'see the file'],
])('%s: %j', (what, found, profile, message, remedy) => {
  expect(reachProblem(what, found, { name, profile })).toEqual({ kind: found.kind, message, remedy });
});
