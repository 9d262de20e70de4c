import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the server saw since the last reset; bytes are those of bodies. NaN where the server does not say. */
export interface Seen {
  readonly requests: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

/** The dev S3 server in a process of its own, so that its work is nobody's CPU time and its memory nobody's peak. */
export interface DevServer {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  reset(): Promise<void>;
  seen(): Promise<Seen>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../support/s3-server/main.ts', import.meta.url));

/** `latency` in milliseconds is added to every answer. */
export async function startDevServer(buckets: readonly string[], latency: number): Promise<DevServer> {
  const args = [...buckets.flatMap((bucket) => ['--bucket', bucket]), '--latency', String(latency)];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const hello = JSON.parse(await firstLine(child)) as Pick<
    DevServer,
    'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey'
  >;
  const control = async (method: string): Promise<Response> => {
    const answer = await fetch(`${hello.endpoint}/_control/requests`, { method });
    if (!answer.ok) throw new Error(`the dev S3 server answered ${answer.status}`);
    return answer;
  };
  return {
    ...hello,
    async reset() {
      await (await control('DELETE')).text();
    },
    async seen() {
      const { total, bytesIn, bytesOut } = (await (await control('GET')).json()) as Counts;
      return { requests: total, bytesUp: bytesIn, bytesDown: bytesOut };
    },
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

interface Counts {
  readonly total: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the dev S3 server has no output');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('the dev S3 server did not start');
}
