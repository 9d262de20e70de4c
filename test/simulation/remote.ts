import { nodeCodec } from '../../src/adapters/codec.ts';
import { createMemoryStore, type MemoryBucket } from '../../src/adapters/store/memory-store.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { type Loop } from './loop.ts';
import { type Process, wallTime } from './machine.ts';
import type { RemoteTraits } from './scenario.ts';

export interface RemoteListener {
  /** `by` null: the administrator. */
  written(key: string, bytes: Uint8Array, by: Process | null): void;
  deleted(key: string, by: Process | null): void;
}

/** The bucket behind all clients: the memory store that passes the contract, and somebody who watches it. */
export interface Remote {
  readonly store: ObjectStore;
  readonly traits: RemoteTraits;
  readonly bucket: MemoryBucket;
  /** By the store's clock. */
  now(): number;
  listener: RemoteListener;
  /** Whose request takes effect now. */
  writer: Process | null;
  /** Everything is answered 503 until then. */
  busyUntil: number;
  /** What damaged objects were, and shall be again. */
  readonly damaged: Map<string, Uint8Array>;
  /** The administrator is at the register: one trouble at a time. */
  headInTrouble: boolean;
  /** Swaps sent, whose effect is still to come. */
  swapsUnderWay: number;
}

export function openRemote(loop: Loop, traits: RemoteTraits): Remote {
  class Watched extends Map {
    override set(key: string, value: { readonly bytes: Uint8Array }): this {
      super.set(key, value);
      remote.listener.written(key, value.bytes, remote.writer);
      return this;
    }

    override delete(key: string): boolean {
      const was = super.delete(key);
      if (was) remote.listener.deleted(key, remote.writer);
      return was;
    }
  }
  const bucket = new Watched() as MemoryBucket;
  const now = () => wallTime(loop, { aheadMs: traits.clockAheadMs });
  const remote: Remote = {
    store: createMemoryStore({ codec: nodeCodec, clock: { now }, bucket }),
    traits,
    bucket,
    now,
    listener: { written() {}, deleted() {} },
    writer: null,
    busyUntil: 0,
    damaged: new Map(),
    headInTrouble: false,
    swapsUnderWay: 0,
  };
  return remote;
}
