/** Bytes that may be in memory on their way, over all files together. First come, first served. */
export interface ByteBudget {
  /** Runs `work` when `bytes` fit; more than the whole budget passes alone. */
  within<T>(bytes: number, work: () => Promise<T>): Promise<T>;
}

export function createByteBudget(total: number): ByteBudget {
  const waiting: { readonly bytes: number; readonly start: () => void }[] = [];
  let used = 0;

  function admit() {
    for (let next = waiting[0]; next && (used === 0 || used + next.bytes <= total); next = waiting[0]) {
      waiting.shift();
      used += next.bytes;
      next.start();
    }
  }

  return {
    async within(bytes, work) {
      await new Promise<void>((start) => {
        waiting.push({ bytes, start });
        admit();
      });
      try {
        return await work();
      } finally {
        used -= bytes;
        admit();
      }
    },
  };
}
