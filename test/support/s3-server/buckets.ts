import { memorySink } from './blob.ts';
import type { Handler } from './exchange.ts';
import { xmlReply } from './exchange.ts';
import { tag, xmlDocument } from './xml.ts';

export const listBuckets: Handler = ({ store, accessTo }) => {
  const visible = store.buckets().filter(({ name }) => accessTo(name) !== 'forbidden');
  const entries = visible.map(({ name, createdAt }) => {
    return `<Bucket>${tag('Name', name)}${tag('CreationDate', new Date(createdAt).toISOString())}</Bucket>`;
  });
  const owner = `<Owner>${tag('ID', 'dev')}${tag('DisplayName', 'dev')}</Owner>`;
  return xmlReply(xmlDocument('ListAllMyBucketsResult', `${owner}<Buckets>${entries.join('')}</Buckets>`));
};

export const createBucket: Handler = async (exchange) => {
  if (exchange.headers['content-length'] !== undefined) await exchange.receive(memorySink(), 1 << 20);
  exchange.store.create(exchange.target.bucket, exchange.now());
  return { status: 200, headers: { location: `/${exchange.target.bucket}` } };
};

export const headBucket: Handler = ({ store, target, region }) => {
  store.bucket(target.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': region } };
};

export const deleteBucket: Handler = ({ store, target }) => {
  store.drop(target.bucket);
  return { status: 204, headers: {} };
};

/** us-east-1 is the empty string, as in S3. */
export const getBucketLocation: Handler = ({ store, target, region }) => {
  store.bucket(target.bucket);
  return xmlReply(xmlDocument('LocationConstraint', region === 'us-east-1' ? '' : region));
};

export const getBucketVersioning: Handler = ({ store, target }) => {
  store.bucket(target.bucket);
  return xmlReply(xmlDocument('VersioningConfiguration', ''));
};
