import { expect, test } from 'vitest';
import { redacted } from '../../src/adapters/s3/redact.ts';

/* Secrets this process has never signed with, in the shapes in which stores and sign-in services repeat them. */

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYz';

test.each([
  `{"SecretAccessKey": "${SECRET}"}`,
  `{\\"SecretAccessKey\\": \\"${SECRET}\\"}`,
  `'secretAccessKey': '${SECRET}'`,
  `<SecretAccessKey>${SECRET}</SecretAccessKey>`,
  `aws_secret_access_key = ${SECRET}`,
  `{"Token":"${SECRET}"}`,
  `<SessionToken>${SECRET}</SessionToken>`,
  `refresh_token=${SECRET}&x=1`,
  `Token: ${SECRET}`,
  `{"accessToken":"${SECRET}","expiresIn":1}`,
  `https://user:${SECRET}@proxy.example:3128/`,
  `https://user:p@${SECRET}@proxy.example`,
  `https://${SECRET.replaceAll('/', '')}@proxy.example`,
])('hidden: %s', (text) => {
  const shown = redacted(text);
  expect(shown).toContain('***');
  for (const part of SECRET.split('/')) expect(shown).not.toContain(part);
});

test.each([
  'ExpiredToken: The provided token has expired.',
  'Unexpected token: a word',
  'no answer from https://minio.example:9000/bucket/a/b',
  'there is no object "secret/access.key"',
])('shown: %s', (text) => expect(redacted(text)).toBe(text));
