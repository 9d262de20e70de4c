import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './buckets.ts';
import { completeMultipartUpload } from './complete-multipart.ts';
import { copyObject } from './copy.ts';
import { deleteObjects } from './delete-objects.ts';
import type { Handler } from './exchange.ts';
import type { Access } from './faults.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart.ts';
import { deleteObject, getObject, headObject, putObject } from './objects.ts';
import { S3Error } from './s3-error.ts';
import type { Operation } from './target.ts';

type Need = 'none' | 'list' | 'read' | 'write';

const operations: Readonly<Record<Operation, { readonly need: Need; readonly handler: Handler }>> = {
  ListBuckets: { need: 'none', handler: listBuckets },
  CreateBucket: { need: 'write', handler: createBucket },
  HeadBucket: { need: 'list', handler: headBucket },
  DeleteBucket: { need: 'write', handler: deleteBucket },
  GetBucketLocation: { need: 'read', handler: getBucketLocation },
  GetBucketVersioning: { need: 'read', handler: getBucketVersioning },
  ListObjects: { need: 'list', handler: listObjects },
  ListObjectsV2: { need: 'list', handler: listObjectsV2 },
  ListMultipartUploads: { need: 'list', handler: listMultipartUploads },
  DeleteObjects: { need: 'write', handler: deleteObjects },
  GetObject: { need: 'read', handler: getObject },
  HeadObject: { need: 'read', handler: headObject },
  PutObject: { need: 'write', handler: putObject },
  CopyObject: { need: 'write', handler: copyObject },
  DeleteObject: { need: 'write', handler: deleteObject },
  CreateMultipartUpload: { need: 'write', handler: createMultipartUpload },
  UploadPart: { need: 'write', handler: uploadPart },
  UploadPartCopy: { need: 'write', handler: uploadPartCopy },
  CompleteMultipartUpload: { need: 'write', handler: completeMultipartUpload },
  AbortMultipartUpload: { need: 'write', handler: abortMultipartUpload },
  ListParts: { need: 'read', handler: listParts },
};

/** The handler of an operation the caller may do. Throws AccessDenied. */
export function permittedHandler(operation: Operation, access: Access): Handler {
  const { need, handler } = operations[operation];
  const denied =
    (access === 'forbidden' && need !== 'none') ||
    (access === 'no-list' && need === 'list') ||
    (access === 'read-only' && need === 'write');
  if (denied) throw new S3Error('AccessDenied', 'Access Denied');
  return handler;
}

export function isOperation(name: unknown): name is Operation {
  return typeof name === 'string' && Object.hasOwn(operations, name);
}
