import type { Step } from './plan.ts';

/** How much is put in place in one go, bytes as they come to lie on the disk. */
export interface BatchLimits {
  readonly files: number;
  readonly bytes: number;
}

export const BATCH_LIMITS: BatchLimits = { files: 1_000, bytes: 256 << 20 };

/** In their order. Bounded in files and bytes, so that a stop half-way keeps what has arrived; one step is always in it, however large. */
export function* batchesOf<S extends Pick<Step, 'remote'>>(
  steps: readonly S[],
  limits: BatchLimits,
): Generator<readonly S[], void> {
  let batch: S[] = [];
  let bytes = 0;
  for (const step of steps) {
    batch.push(step);
    bytes += step.remote?.size ?? 0;
    if (batch.length < limits.files && bytes < limits.bytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
