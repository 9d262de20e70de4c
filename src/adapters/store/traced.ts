import { StoreError } from '../../core/errors.ts';
import type { ObjectStore } from '../../engine/ports.ts';
import type { Attributes, DatastoreSpans } from '../telemetry/tracing.ts';
import { observedBody } from './observed-body.ts';

/** The same store, each request a span with its bytes and what became of it. No key is in it: keys are names of files. */
export function traced(store: ObjectStore, spans: DatastoreSpans): ObjectStore {
  async function asked<T>(method: string, send: () => Promise<T>, attributes: Attributes = {}): Promise<T> {
    const span = spans.request(`S3.${method}`, { ...RPC, 'rpc.method': method, ...attributes });
    try {
      const result = await send();
      span.end({});
      return result;
    } catch (error) {
      span.end({}, kindOf(error));
      throw error;
    }
  }

  return {
    ...store,
    get traffic() {
      return store.traffic;
    },
    put: (key, body, options) =>
      asked('PutObject', () => store.put(key, body, options), { 'http.request.body.size': body.byteLength }),
    head: (key, options) => asked('HeadObject', () => store.head(key, options)),
    list: (prefix, options) => asked('ListObjectsV2', () => store.list(prefix, options)),
    delete: (key, options) => asked('DeleteObject', () => store.delete(key, options)),
    copy: (from, to, options) => asked('CopyObject', () => store.copy(from, to, options)),
    // Until its body is read: that is most of it.
    async get(key, options) {
      const span = spans.request('S3.GetObject', { ...RPC, 'rpc.method': 'GetObject' });
      let bytes = 0;
      let failure: string | undefined;
      try {
        const found = await store.get(key, options);
        if (found.kind === 'unchanged') {
          span.end({ 'http.response.status_code': 304 });
          return found;
        }
        const body = observedBody(found.body, {
          part: (part) => void (bytes += part.byteLength),
          failed(error) {
            failure = kindOf(error);
            return error;
          },
          closed: () => queueMicrotask(() => span.end({ 'http.response.body.size': bytes }, failure)),
        });
        return { ...found, body };
      } catch (error) {
        span.end({}, kindOf(error));
        throw error;
      }
    },
  };
}

const RPC: Attributes = { 'rpc.system': 'aws-api', 'rpc.service': 'S3' };

const kindOf = (error: unknown): string => (error instanceof StoreError ? error.kind : 'failed');
