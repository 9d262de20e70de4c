import { Worker } from 'node:worker_threads';

/** Plays one by its name, in a worker that has the simulated disk, and gives what it breaks. */
export async function playRegression(name: string): Promise<readonly string[]> {
  const worker = new Worker(new URL('./regression-worker.ts', import.meta.url), { workerData: name });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
