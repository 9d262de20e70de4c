/** Small enough for several threads to have some of it while a slow disk answers, large enough for a message to cost little. */
export const BATCH = { files: 32, bytes: 1 << 20 };

/** In their order, each as large as may be. */
export function* inBatches<File extends { readonly size: number }>(
  files: readonly File[],
  most = BATCH,
): Generator<readonly File[], void> {
  let batch: File[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length > 0 && (batch.length >= most.files || bytes + file.size > most.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}
