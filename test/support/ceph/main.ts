import { startCeph } from './ceph.ts';

/** Runs a throwaway Ceph as a program: one JSON line on stdout once it answers, then until SIGTERM or SIGINT. */
const ceph = await startCeph();
if ('unavailable' in ceph) {
  process.stderr.write(`${ceph.unavailable}\n`);
  process.exitCode = 1;
} else {
  const { endpoint, region, credentials } = ceph;
  process.stdout.write(`${JSON.stringify({ endpoint, region, ...credentials })}\n`);
  const staying = setInterval(() => undefined, 1 << 30);
  const stop = (): void => {
    clearInterval(staying);
    void ceph.stop();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
