import type { Backend } from './config.ts';
import {
  allowRule,
  anyText,
  booleanRule,
  bucketRule,
  directoriesRule,
  encryptionRule,
  endpointRule,
  excludeRule,
  historyRule,
  lockRule,
  pathRule,
  prefixRule,
  profileRule,
  rateRule,
  regionRule,
  rootRule,
  typeRule,
} from './config-rules.ts';
import { type RawNode, type Report, record, type Values } from './config-shape.ts';
import { timingRule } from './timing.ts';

const s3Fields = {
  bucket: bucketRule,
  prefix: prefixRule,
  region: regionRule,
  endpoint: endpointRule,
  forcePathStyle: booleanRule,
  profile: profileRule,
};

const sharedFields = {
  directories: directoriesRule,
  exclude: excludeRule,
  allow: allowRule,
  lock: lockRule,
  history: historyRule,
  timing: timingRule,
  maxUpload: rateRule,
  maxDownload: rateRule,
};

const fileShape = {
  type: typeRule,
  root: rootRule,
  ...s3Fields,
  path: pathRule,
  encryption: encryptionRule,
  ...sharedFields,
};
const urlShape = { type: typeRule, root: rootRule, ...s3Fields };
const folderUrlShape = { type: typeRule, path: pathRule };

export type ConfigFields = Values<typeof fileShape>;

/** The fields of `.datastore.yaml`, each checked by itself. */
export const readFileFields = record(fileShape);

/** The fields a URL can carry. */
export const readUrlFields = (node: RawNode, report: Report): ConfigFields | undefined =>
  typeOf(node) === 'filesystem' ? record(folderUrlShape)(node, '', report) : record(urlShape)(node, '', report);

/** The `datastore:` field of `.swamp.yaml`: that file is another tool's, so names unknown here are no mistake. */
export const readSwampFields = record({ type: anyText, path: pathRule, ...sharedFields }, false);

/** Names the machine and not the datastore, for what a file leaves out. */
export interface Surroundings {
  /** `AWS_REGION` or `AWS_DEFAULT_REGION`. */
  readonly region: string | null;
  /** Workspace-relative or absolute to absolute. */
  absolute(path: string): string;
}

/** Which dotted fields stand in a document, and where. A field that is there but wrong is reported already, so it is not missing. */
export interface Written {
  has(field: string): boolean;
  line(field: string): number | null;
}

/** What is needed together. Region: from the environment, else us-east-1 (the store's redirect is followed). */
export function backendOf(
  fields: ConfigFields,
  around: Surroundings,
  report: Report,
  written: Written,
): Backend | null {
  if (fields.type === undefined) return null;
  if (fields.type === 'filesystem') {
    for (const name of [...Object.keys(s3Fields), 'encryption', 'root']) {
      if (Object.hasOwn(fields, name)) report(written.line(name), name, 'only with type: s3');
    }
    if (fields.path !== undefined) return { type: 'filesystem', path: around.absolute(fields.path) };
    if (!written.has('path')) report(null, 'path', 'missing; name the folder that is used in place');
    return null;
  }
  if (fields.path !== undefined)
    report(written.line('path'), 'path', 'only with type: filesystem (the shared folder of type: s3 is root)');
  const { bucket, prefix = '', region, endpoint, forcePathStyle, profile } = fields;
  if (bucket === undefined) {
    if (!written.has('bucket')) report(null, 'bucket', 'missing; name the bucket that holds the shared copy');
    return null;
  }
  const encryption = encryptionOf(fields.encryption, report, written);
  return {
    type: 's3',
    bucket,
    prefix,
    region: region ?? around.region ?? 'us-east-1',
    ...(region === undefined ? { isRegionGuessed: true } : {}),
    ...(endpoint === undefined ? {} : { endpoint }),
    // A dot in the bucket's name does not fit the certificate of *.s3.amazonaws.com.
    forcePathStyle: forcePathStyle ?? (endpoint !== undefined || bucket.includes('.')),
    ...(profile === undefined ? {} : { profile }),
    ...(encryption === null ? {} : { encryption }),
  };
}

type Encryption = NonNullable<Extract<Backend, { type: 's3' }>['encryption']>;

function encryptionOf(fields: ConfigFields['encryption'], report: Report, written: Written): Encryption | null {
  if (fields === undefined) return null;
  const { mode, keyId } = fields;
  if (mode === undefined) {
    if (!written.has('encryption.mode'))
      report(written.line('encryption'), 'encryption.mode', 'missing (sse-s3 or sse-kms)');
    return null;
  }
  if (mode === 'sse-kms') return keyId === undefined ? { mode } : { mode, keyId };
  if (keyId !== undefined) report(written.line('encryption.keyId'), 'encryption.keyId', 'only with mode: sse-kms');
  return { mode };
}

/** The `type` of a raw document, where it is a text. */
export function typeOf(node: RawNode): string | null {
  if (node.kind !== 'map') return null;
  const found = node.fields.find((field) => field.name === 'type')?.node;
  return found?.kind === 'scalar' && typeof found.value === 'string' ? found.value : null;
}
