import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { type Cli, openCli } from './cli.ts';
import type { Stage } from './stage.ts';

/** Plays the main job with two workspaces, prints each step with its counts, and throws at the first that is not as it must be. */
export async function playStory(stage: Stage, print: (line: string) => void): Promise<void> {
  const cli = openCli(stage.env);
  const [alice, bob] = [join(stage.alice, 'data'), join(stage.bob, 'data')];
  let number = 0;
  const step = async (
    what: string,
    workspace: string,
    expected: Partial<Counts>,
    words: readonly string[] = ['sync'],
    exit = 0,
  ) => {
    number += 1;
    const found = await cli.json(workspace, words);
    must(found.exit === exit, `${what}: exit ${found.exit} instead of ${exit}: ${found.stderr}`);
    for (const [key, value] of Object.entries(expected)) {
      const counted = found.document[key];
      const got = Array.isArray(counted) ? counted.length : counted;
      must(got === value, `${what}: ${key} is ${String(got)} instead of ${value}`);
    }
    print(`${String(number).padStart(2)}. ${what}: ${summary(found.document)}`);
  };

  await step('alice pushes her data', stage.alice, { uploaded: stage.files, conflicts: 0 });
  await step('bob, with an empty workspace, pulls it', stage.bob, { downloaded: stage.files });
  await step('alice has nothing to do', stage.alice, { uploaded: 0, downloaded: 0, requests: 1 });

  appendFileSync(join(bob, 'fixtures/orders/order-1001.json'), '\n');
  writeFileSync(join(bob, 'runs/notes.md'), 'Looks good.\n');
  rmSync(join(bob, 'runs/2026-11-01-nightly/run.log'));
  renameSync(join(bob, 'models/wide'), join(bob, 'models/wider'));
  await step('bob edits a file, adds, deletes, renames a folder', stage.bob, { uploaded: 5, deletedRemote: 4 });
  await step('alice gets all of it', stage.alice, { downloaded: 5, deletedLocal: 4 });

  writeFileSync(join(alice, 'models/baseline/config.json'), '{ "layers": 24 }\n');
  writeFileSync(join(bob, 'models/baseline/config.json'), '{ "layers": 6 }\n');
  await step('alice changes a file', stage.alice, { uploaded: 1 });
  await step('bob has changed it too: a conflict, nothing is overwritten', stage.bob, { conflicts: 1 }, ['sync'], 3);
  must(readFileSync(join(bob, 'models/baseline/config.json'), 'utf8').includes('6'), "bob's version was overwritten");
  await step('bob keeps both', stage.bob, { conflicts: 0, uploaded: 1 }, [
    'resolve',
    'models/baseline/config.json',
    '--both',
  ]);
  await step('alice gets the copy', stage.alice, { downloaded: 1, conflicts: 0 });

  await holdAndForce(stage, cli, print, () => (number += 1));

  mkdirSync(join(alice, 'runs/late'), { recursive: true });
  writeFileSync(join(alice, 'runs/late/out.bin'), Buffer.alloc(24 << 20, 'late'));
  await killHalfWay(stage, cli);
  number += 1;
  print(`${String(number).padStart(2)}. alice's push of 24 MiB is killed on the way`);
  await step('alice syncs again, when the dead lease is stale', stage.alice, { uploaded: 1 }, ['sync', '--wait', '60']);
  await step('bob gets it', stage.bob, { downloaded: 1 });

  const [hashA, hashB] = [hashTree(alice), hashTree(bob)];
  must(hashA.digest === hashB.digest, 'the two folders differ');
  print(`    both folders: ${hashA.files} files, sha256 ${hashA.digest.slice(0, 16)}…`);
}

async function holdAndForce(stage: Stage, cli: Cli, print: (line: string) => void, next: () => number): Promise<void> {
  const holder = cli.start(stage.bob, ['lock', 'acquire', '--for', '5m']);
  try {
    await cli.until(
      async () => (await cli.json(stage.alice, ['lock', 'status'])).document['lease'] != null,
      'bob holds the lease',
    );
    print(`${String(next()).padStart(2)}. bob holds the lease; alice sees who holds it`);
    writeFileSync(join(stage.alice, 'data/runs/waiting.txt'), 'waiting\n');
    const refused = await cli.json(stage.alice, ['sync', '--wait', '0']);
    must(refused.exit === 4, `a held lease gives exit ${refused.exit} instead of 4`);
    print(
      `${String(next()).padStart(2)}. alice's sync is told so: exit 4, "${String(refused.error?.message).slice(0, 60)}…"`,
    );
    const released = await cli.json(stage.bob, ['lock', 'release']);
    must(released.exit === 0, `release: exit ${released.exit}: ${released.stderr}`);
    const synced = await cli.json(stage.alice, ['sync']);
    must(synced.document['uploaded'] === 1, 'alice could not push after the release');
    print(`${String(next()).padStart(2)}. bob gives it back from another terminal, alice pushes`);
    const pulled = await cli.json(stage.bob, ['sync']);
    must(pulled.document['downloaded'] === 1, 'bob did not get it');
  } finally {
    holder.kill('SIGTERM');
    await holder.ended;
  }
}

async function killHalfWay(stage: Stage, cli: Cli): Promise<void> {
  stage.server.faults.add({ match: { method: 'PUT', key: /objects\// }, fault: { kind: 'latency', ms: 60_000 } });
  const push = cli.start(stage.alice, ['sync']);
  await cli.until(
    async () => (await cli.json(stage.bob, ['lock', 'status'])).document['lease'] != null,
    'alice has the lease',
  );
  push.kill('SIGKILL');
  await push.ended;
  stage.server.faults.clear();
}

interface Counts {
  uploaded: number;
  downloaded: number;
  deletedLocal: number;
  deletedRemote: number;
  conflicts: number;
  requests: number;
}

function summary(document: Readonly<Record<string, unknown>>): string {
  const parts = (['uploaded', 'downloaded', 'deletedLocal', 'deletedRemote'] as const)
    .filter((key) => document[key])
    .map((key) => `${String(document[key])} ${WORDS[key]}`);
  const conflicts = Array.isArray(document['conflicts']) ? document['conflicts'].length : 0;
  if (conflicts > 0) parts.push(`${conflicts} in conflict`);
  if (parts.length === 0) parts.push('nothing to do');
  return `${parts.join(', ')} (${document['requests'] === 1 ? '1 request' : `${String(document['requests'])} requests`}, ${String(document['ms'])} ms)`;
}

const WORDS = { uploaded: 'up', downloaded: 'down', deletedLocal: 'deleted here', deletedRemote: 'deleted there' };

/** Independent of the product: paths and bytes of a folder, our own staging left out. */
function hashTree(root: string): { readonly digest: string; readonly files: number } {
  const lines = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('.datastore-staging') && statSync(join(root, name)).isFile())
    .map(
      (name) =>
        `${relative('.', name)} ${createHash('sha256')
          .update(readFileSync(join(root, name)))
          .digest('hex')}`,
    )
    .toSorted();
  return { digest: createHash('sha256').update(lines.join('\n')).digest('hex'), files: lines.length };
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
