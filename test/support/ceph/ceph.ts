import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cephConfig, cephKeyring } from './ceph-config.ts';
import { freePorts } from './free-ports.ts';
import { createDaemons, type Daemons, findProgram, run } from './processes.ts';

export interface Ceph {
  /** `http://127.0.0.1:<port>`, path style; no bucket exists yet. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Kills the cluster and removes every trace of it. */
  stop(): Promise<void>;
}

const programs = [
  'ceph-authtool',
  'monmaptool',
  'osdmaptool',
  'ceph-mon',
  'ceph-osd',
  'radosgw',
  'radosgw-admin',
] as const;
const packages = 'ceph-mon ceph-osd radosgw ceph-common';
const answerWithinMs = 60_000;

/** Starts a throwaway Ceph with its S3 gateway on loopback, in about a second. Where that cannot be, says why; whatever
 *  had been started by then is gone again. */
export async function startCeph(): Promise<Ceph | { readonly unavailable: string }> {
  const found = new Map(programs.map((name) => [name, findProgram(name)]));
  const missing = programs.filter((name) => found.get(name) === undefined);
  if (missing.length > 0) return { unavailable: `not installed: ${missing.join(', ')} (Debian packages ${packages})` };
  const folder = mkdtempSync(join(tmpdir(), 'ceph-'));
  const daemons = createDaemons();
  const stop = async (): Promise<void> => {
    await daemons.killAll();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...(await startIn(folder, daemons, (name) => found.get(name) ?? name)), stop };
  } catch (error) {
    await daemons.killAll();
    const reason = `${error instanceof Error ? error.message : String(error)}${lastLogLines(folder)}`;
    await stop();
    return { unavailable: `Ceph did not start: ${reason}` };
  }
}

type Programs = (name: (typeof programs)[number]) => string;

async function startIn(folder: string, daemons: Daemons, program: Programs): Promise<Omit<Ceph, 'stop'>> {
  for (const name of ['mon', 'osd', 'log', 'run']) mkdirSync(join(folder, name));
  const [gateway = 0, monitor = 0, monitorV1 = 0] = await freePorts(3);
  const fsid = randomUUID();
  const [config, keyring, monmap, osdmap] = ['ceph.conf', 'keyring', 'monmap', 'osdmap'].map((name) =>
    join(folder, name),
  );
  if (config === undefined || keyring === undefined || monmap === undefined || osdmap === undefined)
    throw new Error('paths');
  writeFileSync(config, cephConfig(folder, fsid, { gateway, monitor, monitorV1 }));
  const secret = async (): Promise<string> => (await run(program('ceph-authtool'), ['--gen-print-key'])).trim();
  const [mon, admin, osd] = await Promise.all([secret(), secret(), secret()]);
  writeFileSync(keyring, cephKeyring({ mon, admin, osd }), { mode: 0o600 });

  // A monitor born with the map of its one OSD needs no `ceph osd new`, no crush commands and no manager: with them
  // (each a Python start) the same cluster takes fifteen seconds.
  const addresses = `[v2:127.0.0.1:${monitor},v1:127.0.0.1:${monitorV1}]`;
  await Promise.all([
    run(program('monmaptool'), ['--create', '--addv', 'a', addresses, '--fsid', fsid, monmap]),
    run(program('osdmaptool'), ['-c', config, '--createsimple', '1', osdmap]),
  ]);
  const inFolder = ['-c', config, '--keyring', keyring];
  await Promise.all([
    run(program('ceph-mon'), [...inFolder, '--mkfs', '-i', 'a', '--monmap', monmap, '--osdmap', osdmap]),
    run(program('ceph-osd'), ['-c', config, '--no-mon-config', '-i', '0', '--mkfs', '--osd-uuid', randomUUID()]),
  ]);
  daemons.start(program('ceph-mon'), ['-c', config, '-i', 'a', '-f']);
  daemons.start(program('ceph-osd'), ['-c', config, '--no-mon-config', '-i', '0', '-f']);
  daemons.start(program('radosgw'), [
    ...inFolder,
    '-n',
    'client.admin',
    '-f',
    '--log-file',
    join(folder, 'log', 'rgw.log'),
  ]);
  const endpoint = `http://127.0.0.1:${gateway}`;
  await untilAnswering(endpoint, daemons);

  const accessKeyId = randomBytes(10).toString('hex').toUpperCase();
  const secretAccessKey = randomBytes(20).toString('hex');
  const keys = ['--access-key', accessKeyId, '--secret-key', secretAccessKey];
  await run(program('radosgw-admin'), ['-c', config, 'user', 'create', '--uid=test', '--display-name=test', ...keys]);
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } };
}

async function untilAnswering(endpoint: string, daemons: Daemons): Promise<void> {
  const deadline = performance.now() + answerWithinMs;
  while (performance.now() < deadline) {
    const dead = daemons.firstDead();
    if (dead !== undefined) throw new Error(`${dead} ended`);
    const status = await fetch(endpoint, { signal: AbortSignal.timeout(500) }).then(
      ({ status }) => status,
      () => 0,
    );
    if (status === 200) return;
    await sleep(50);
  }
  throw new Error(`the gateway did not answer within ${answerWithinMs / 1000} s`);
}

function lastLogLines(folder: string): string {
  const logs = join(folder, 'log');
  return readdirSync(logs, { withFileTypes: true })
    .map(({ name }) => `\n${name}: ${readFileSync(join(logs, name), 'utf8').trim().split('\n').slice(-3).join('\n')}`)
    .join('');
}
