import { memorySink, memoryText } from './blob.ts';
import { namesEtag } from './conditions.ts';
import type { Handler } from './exchange.ts';
import { xmlReply } from './exchange.ts';
import { S3Error } from './s3-error.ts';
import { childText, parseXml, tag, xmlDocument } from './xml.ts';

const most = 1000;

/** Deletes up to 1,000 keys; an entry's ETag, when given, must match. */
export const deleteObjects: Handler = async (exchange) => {
  const { blob } = await exchange.receive(memorySink(), 8 << 20);
  const source = memoryText(blob);
  const request = parseXml(source);
  const entries = request.children.filter(({ name }) => name === 'Object');
  if (request.name !== 'Delete' || entries.length === 0 || entries.length > most) {
    throw new S3Error('MalformedXML', 'The XML you provided did not validate against our published schema');
  }
  await exchange.beforeEffect();
  const bucket = exchange.store.bucket(exchange.target.bucket);
  const quiet = childText(request, 'Quiet') === 'true';
  const results = entries.map((entry) => {
    const key = childText(entry, 'Key') ?? '';
    const etag = childText(entry, 'ETag');
    const current = bucket.get(key);
    if (
      etag !== undefined &&
      current !== undefined &&
      exchange.lies.deletes === 'exact' &&
      !namesEtag(etag, current.etag)
    ) {
      return `<Error>${tag('Key', key)}${tag('Code', 'PreconditionFailed')}${tag('Message', 'ETag does not match')}</Error>`;
    }
    bucket.remove(key);
    return quiet ? '' : `<Deleted>${tag('Key', key)}</Deleted>`;
  });
  return xmlReply(xmlDocument('DeleteResult', results.join('')));
};
