import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes of an extension host. */
export interface HostMemory {
  /** Live on its heap and beside it, after a full collection: what it keeps. */
  readonly kept: number;
  /** Resident, with VS Code's own part and with what the system has not taken back. */
  readonly resident: number;
}

/** Where a Node process listens for a debugger when it is asked to. */
const INSPECTOR = 'http://127.0.0.1:9229/json';

/**
 * Memory of the extension host of a server, told by a variable that only this server's processes have. Throws where there is
 * none, or another process listens for a debugger.
 */
export async function hostMemory(variable: string, value: string): Promise<HostMemory> {
  const pid = largestHost(`${variable}=${value}`);
  process.kill(pid, 'SIGUSR1');
  const { send, close } = await attach(await inspectorUrl());
  const evaluate = async (expression: string) => {
    const { result } = await send('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { readonly value: unknown }).value;
  };
  if ((await evaluate('process.pid')) !== pid) throw new Error('another process listens for a debugger');
  for (let round = 0; round < 3; round += 1) await send('HeapProfiler.collectGarbage', {});
  const { heapUsed, external } = JSON.parse(String(await evaluate('JSON.stringify(process.memoryUsage())'))) as {
    readonly heapUsed: number;
    readonly external: number;
  };
  close();
  return { kept: heapUsed + external, resident: residentBytes(pid) };
}

async function inspectorUrl(): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const [target] = (await (await fetch(INSPECTOR)).json()) as { readonly webSocketDebuggerUrl: string }[];
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch (error) {
      if (attempt >= 100) throw error;
    }
    await sleep(100);
  }
}

type Send = (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>;

async function attach(url: string): Promise<{ readonly send: Send; readonly close: () => void }> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  const waiting = new Map<number, (result: Readonly<Record<string, unknown>>) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as {
      readonly id?: number;
      readonly result: Record<string, unknown>;
    };
    if (id !== undefined) waiting.get(id)?.(result);
  });
  let last = 0;
  const send: Send = (method, params) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return { send, close: () => socket.close() };
}

/** Of a window that was closed one may still be on its way out, and a server keeps one at hand: neither has anything in it. */
function largestHost(mark: string): number {
  const hosts = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isHost(pid, mark));
  const [largest] = hosts.map(Number).toSorted((left, right) => residentBytes(right) - residentBytes(left));
  if (largest === undefined) throw new Error('no extension host is running');
  return largest;
}

function isHost(pid: string, mark: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const variables = () => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return words.includes('--type=extensionHost') && variables().includes(mark);
  } catch {
    return false;
  }
}

function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`the extension host ${pid} is gone`);
  return Number(found) * 1024;
}
