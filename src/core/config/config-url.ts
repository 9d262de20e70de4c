import { bad, ok, type Result } from '../errors.ts';
import type { RawField, RawNode } from './config-shape.ts';

/**
 * A datastore URL as the fields of `.datastore.yaml`, not yet checked:
 * `s3://bucket/prefix?region=…&endpoint=…&root=…&profile=…&forcePathStyle=…`, or `filesystem:/path`.
 * The problem never repeats the URL: a password may be in it.
 */
export function parseDatastoreUrl(url: string): Result<RawNode> {
  if (url.startsWith('filesystem:')) {
    return ok(
      node([field('type', 'filesystem'), field('path', url.slice('filesystem:'.length).replace(/^\/\/(?=\/)/, ''))]),
    );
  }
  const parts = /^s3:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/.exec(url);
  if (parts === null) return bad('not a datastore URL (s3://bucket/prefix?region=… or filesystem:/path)');
  const [, bucket = '', path = '', query = '', fragment] = parts;
  if (bucket.includes('@')) {
    return bad('a URL must not carry a user name or password (use profile=… or the AWS_ variables)');
  }
  if (fragment !== undefined) return bad('a datastore URL has no #fragment (write %23 for a # in a name)');
  const prefix = decoded(path.replace(/^\//, ''));
  if (prefix === null) return bad('the prefix has a % that is not followed by two hexadecimal digits');
  const fields = [field('type', 's3'), field('bucket', bucket), field('prefix', prefix)];
  for (const part of query === '' ? [] : query.split('&')) {
    const cut = part.indexOf('=');
    const name = decoded(cut < 0 ? part : part.slice(0, cut));
    const value = decoded(cut < 0 ? '' : part.slice(cut + 1));
    if (name === null || value === null) {
      return bad('the query has a % that is not followed by two hexadecimal digits');
    }
    if (fields.some((known) => known.name === name)) return bad(`${name} is given twice`);
    fields.push(name === 'forcePathStyle' ? field(name, asBoolean(value)) : field(name, value));
  }
  return ok(node(fields));
}

const node = (fields: readonly RawField[]): RawNode => ({ kind: 'map', fields, line: null });

const field = (name: string, value: string | boolean): RawField => ({
  name,
  line: null,
  node: { kind: 'scalar', value, line: null },
});

const asBoolean = (value: string): string | boolean => (value === 'true' ? true : value === 'false' ? false : value);

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
