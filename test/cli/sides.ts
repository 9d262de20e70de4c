import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { BUCKET, type Place } from './place.ts';

/** The shared copy as a store, to look at and to damage. The caller closes it. */
export function storeOn({ endpoint, region, credentials }: Place, prefix: string): ObjectStore {
  return openS3Store({ bucket: BUCKET, prefix, endpoint, region, credentials, forcePathStyle: true });
}

/** Every object below a prefix: key to ETag. What a probe left counts as nothing. */
export async function objects(place: Place, prefix: string): Promise<Record<string, string>> {
  const store = storeOn(place, prefix);
  try {
    const found: Record<string, string> = {};
    for (let token: string | undefined; ; ) {
      const page = await store.list('', token === undefined ? {} : { token });
      for (const { key, etag } of page.objects) if (!key.startsWith('probe/')) found[key] = etag;
      if (page.next === undefined) return found;
      token = page.next;
    }
  } finally {
    store.close();
  }
}

/** Everything below a folder, by path: kind, and hash of the content or target of the link. Our own staging is left out. */
export function tree(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(path.join(folder, below)).toSorted()) {
    if (name === '.datastore-staging') continue;
    const at = path.join(below, name);
    const stats = lstatSync(path.join(folder, at));
    if (stats.isDirectory()) Object.assign(found, { [`${at}/`]: 'folder' }, tree(folder, at));
    else if (stats.isSymbolicLink()) found[at] = `link to ${readlinkSync(path.join(folder, at))}`;
    else if (stats.isFile()) found[at] = sha256(readFileSync(path.join(folder, at)));
    else found[at] = 'special';
  }
  return found;
}

/** Every file below a folder but staging: path to SHA-256. */
export function hashesBelow(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('.datastore-staging'))
    .toSorted();
  return Object.fromEntries(files.map((file) => [file, sha256(readFileSync(path.join(root, file)))]));
}

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
