import { fork } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { BUCKET } from '../cli/harness.ts';
import { COMPILED, keepProgram } from '../cli/program.ts';
import { hashesBelow, storeOn } from '../cli/sides.ts';
import { startS3Server } from '../support/s3-server/server.ts';
import { verifyRemote } from '../support/verify-remote.ts';
import { type Member, openFleet } from './fleet.ts';
import type { CallKind, Death } from './life.ts';
import { type Chance, chanceFrom } from './random.ts';
import { openVersions } from './versions.ts';
import type { Fate, LastWords } from './victim.ts';

/** DATASTORE_SEED=… chooses again as in one run. */
const SEED = Number(process.env['DATASTORE_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
const DEATHS = 12;
const VICTIM = fileURLToPath(new URL('victim.ts', import.meta.url));

test(`${DEATHS} processes that the system kills at a chosen call: the program finishes their work (seed ${SEED})`, async () => {
  const server = await startS3Server({ buckets: [BUCKET] });
  const program = keepProgram();
  const fleet = await openFleet(server, { program: program.path, prefix: 'victims', members: 2, ttlSeconds: 3 });
  const store = storeOn(server, 'victims');
  onTestFinished(async () => {
    await fleet.close();
    program.drop();
    store.close();
    await server.stop();
  });
  const [alice, bob] = fleet.members;
  if (alice === undefined || bob === undefined) throw new Error('two are needed');
  const chance = chanceFrom(SEED);
  const versions = openVersions();
  const save = (member: Member, name: string, content: string): void => {
    writeFileSync(path.join(member.root, name), content);
    versions.saved(member.name, name, content);
  };
  const sync = async (member: Member): Promise<Record<string, unknown>> => {
    const ended = await fleet.start(member, ['sync', '--json']).ended;
    expect(ended).toMatchObject({ code: 0 });
    return JSON.parse(ended.stdout) as Record<string, unknown>;
  };
  const { endpoint, region, credentials } = server;
  const place = { endpoint, region, credentials };
  const victim = (death: Death | null): Promise<LastWords | null> =>
    sufferFate({ place, prefix: 'victims', workspace: bob.workspace, death }, fleet.folder);

  for (const name of ['a', 'b', 'c', 'd']) save(alice, name, `${name} 0`);
  await sync(alice);
  // The first write of a workspace probes the store; that is over.
  save(bob, 'warm', 'w');
  await sync(bob);
  let calls: LastWords | null = null;
  for (let round = 1; round <= DEATHS + 1; round += 1) {
    // Both sides have changed: the cycle pulls and pushes, replaces, adds, deletes and renames.
    save(alice, 'a', `alice ${round}`);
    save(alice, `from-alice-${round}`, `new ${round}`);
    if (round > 1) rmSync(path.join(alice.root, `from-alice-${round - 1}`));
    await sync(alice);
    save(bob, 'b', `bob ${round}`);
    save(bob, `from-bob-${round}`, `new of bob ${round}`);
    renameSync(
      path.join(bob.root, round % 2 === 1 ? 'c' : 'moved'),
      path.join(bob.root, round % 2 === 1 ? 'moved' : 'c'),
    );
    if (calls === null) calls = await victim(null);
    else expect(await victim(deathAmong(calls, chance)), 'it was to be killed').toBeNull();
    // At this very instant every reference of every commit holds.
    await verifyRemote(store);
    expect(await sync(bob)).toMatchObject({ ok: true, conflicts: [], problems: [] });
    const truth = await verifyRemote(store);
    const files = hashesBelow(bob.root);
    expect([...(truth?.files.keys() ?? [])].toSorted()).toEqual(Object.keys(files));
    expect(versions.whereabouts([files], truth?.everCommitted ?? new Set()).lost).toEqual([]);
  }
  await sync(alice);
  expect(hashesBelow(alice.root)).toEqual(hashesBelow(bob.root));
}, 480_000);

/** Null: it was killed. */
async function sufferFate(fate: Fate, home: string): Promise<LastWords | null> {
  const child = fork(VICTIM, {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      XDG_STATE_HOME: path.join(home, 'state'),
      ...COMPILED,
      FATE: JSON.stringify(fate),
    },
    execArgv: [],
  });
  let words: LastWords | null = null;
  child.on('message', (message) => {
    words = message as LastWords;
  });
  const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
  expect(signal).toBe(fate.death === null ? null : 'SIGKILL');
  return words;
}

/** Of the calls that every such cycle makes. */
function deathAmong(calls: LastWords, chance: Chance): Death {
  const kind = chance.pick<CallKind>(['change', 'change', 'write', 'request']);
  const whens: readonly Death['when'][] = kind === 'write' ? ['torn', 'after'] : ['before', 'after'];
  return { kind, nth: chance.below(Math.trunc(calls[kind] * 0.9)), when: chance.pick(whens) };
}
