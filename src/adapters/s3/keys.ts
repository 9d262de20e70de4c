import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { keepSecret } from './redact.ts';
import type { S3StoreOptions } from './s3-store.ts';

/** Gives the keys to sign with, from wherever AWS programs look for them. Rejects with what the SDK throws. */
export type KeySource = Extract<NonNullable<S3ClientConfig['credentials']>, (...of: never) => unknown>;

type Asked = Pick<S3StoreOptions, 'credentials' | 'profile' | 'region'>;

/** The keys that were handed over, else the AWS chain, which is loaded on first use. No message will show them. */
export function openKeys({ credentials, profile, region }: Asked): KeySource {
  const chain = once(async () => {
    const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
    const named = profile === undefined ? {} : { profile };
    return fromNodeProviderChain({ clientConfig: { region }, logger: silent, ...named });
  });
  return async (request) => {
    const found = credentials ?? keysOfEnvironment(profile) ?? (await (await chain())(request));
    keepSecret(found.accessKeyId, found.secretAccessKey, found.sessionToken);
    return found;
  };
}

/** What the first link of the chain gives, without loading it: keys of the environment, which a named profile hides. */
export function keysOfEnvironment(profile: string | undefined, env = process.env) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  if (profile !== undefined || env['AWS_PROFILE'] || !accessKeyId || !secretAccessKey) return undefined;
  // The mark by which the SDK says where keys are from.
  const $source = { CREDENTIALS_ENV_VARS: 'g' };
  return { accessKeyId, secretAccessKey, ...(token ? { sessionToken: token } : {}), $source };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => (result ??= work());
}

export const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
