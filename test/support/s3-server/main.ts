import { parseArgs } from 'node:util';
import { startS3Server } from './server.ts';

const usage = 'usage: main.ts [--port N] [--bucket NAME]… [--folder DIR] [--latency MS] [--anonymous]';

/** Runs the server as a program: one JSON line on stdout once it answers, then until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      bucket: { type: 'string', multiple: true, default: [] },
      folder: { type: 'string' },
      latency: { type: 'string', default: '0' },
      anonymous: { type: 'boolean', default: false },
    },
  });
  const [port, latency] = [Number(values.port), Number(values.latency)];
  if (!Number.isInteger(port) || !(latency >= 0)) throw new Error(usage);
  const server = await startS3Server({
    port,
    buckets: values.bucket,
    anonymous: values.anonymous,
    control: true,
    ...(values.folder === undefined ? {} : { folder: values.folder }),
  });
  if (latency > 0) server.faults.add({ match: {}, fault: { kind: 'latency', ms: latency } });
  const { endpoint, region, credentials } = server;
  process.stdout.write(`${JSON.stringify({ endpoint, region, ...credentials, buckets: values.bucket })}\n`);
  let stopped = false;
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    void server.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
