import type { Operation } from './target.ts';

export interface RequestRecord {
  readonly method: string;
  readonly operation: Operation;
  readonly bucket: string;
  readonly key: string;
  /** 0 when a fault took the answer. */
  readonly status: number;
}

/** A copy of the counters. Bytes are those of bodies: as they came over the wire, and as they were sent. */
export interface RequestCounts {
  readonly total: number;
  readonly byMethod: Readonly<Record<string, number>>;
  readonly byOperation: Readonly<Partial<Record<Operation, number>>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Counts S3 requests since the start or the last reset; control requests are not counted. */
export interface Requests extends RequestCounts {
  /** The latest requests in the order they were decided, at most 10,000. */
  readonly log: readonly RequestRecord[];
  snapshot(): RequestCounts;
  reset(): void;
}

export interface RequestCounter extends Requests {
  readonly arrived: (method: string, operation: Operation) => void;
  readonly decided: (record: RequestRecord) => void;
  readonly received: (bytes: number) => void;
  readonly sent: (bytes: number) => void;
}

const logLength = 10_000;

export function createRequests(): RequestCounter {
  let byMethod: Record<string, number> = {};
  let byOperation: Partial<Record<Operation, number>> = {};
  let [total, bytesIn, bytesOut] = [0, 0, 0];
  let log: RequestRecord[] = [];
  return {
    get total() {
      return total;
    },
    get byMethod() {
      return byMethod;
    },
    get byOperation() {
      return byOperation;
    },
    get bytesIn() {
      return bytesIn;
    },
    get bytesOut() {
      return bytesOut;
    },
    get log() {
      return log.slice(-logLength);
    },
    snapshot: () => ({ total, byMethod: { ...byMethod }, byOperation: { ...byOperation }, bytesIn, bytesOut }),
    reset() {
      byMethod = {};
      byOperation = {};
      [total, bytesIn, bytesOut] = [0, 0, 0];
      log = [];
    },
    arrived(method, operation) {
      total++;
      byMethod[method] = (byMethod[method] ?? 0) + 1;
      byOperation[operation] = (byOperation[operation] ?? 0) + 1;
    },
    decided(record) {
      log.push(record);
      if (log.length >= 2 * logLength) log = log.slice(-logLength);
    },
    received(bytes) {
      bytesIn += bytes;
    },
    sent(bytes) {
      bytesOut += bytes;
    },
  };
}
