import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEditor } from './start/editor.ts';
import { setStage } from './start/stage.ts';
import { playStory } from './start/story.ts';

/*
 * npm start               a dev S3 server, two workspaces, and VS Code on one of them, until Ctrl-C
 * npm start -- --headless the same story by the CLI alone, ending with `main job: ok`
 */
const project = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const headless = process.argv.includes('--headless');
const print = (line: string) => process.stdout.write(`${line}\n`);

const built = spawnSync(process.execPath, ['esbuild.mjs', ...(headless ? ['cli'] : [])], {
  cwd: project,
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(1);

const stage = await setStage(`${project}/.demo${headless ? '-headless' : ''}`, headless ? 4 : 30);
const stops: (() => Promise<void>)[] = [() => stage.server.stop()];
let stopping = false;
const stop = async (code: number) => {
  if (stopping) return;
  stopping = true;
  for (const end of stops.toReversed()) await end().catch((error: unknown) => print(String(error)));
  process.exit(code);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    print('Stopping.');
    void stop(0);
  });
}

try {
  print(`Dev S3 server: ${stage.server.endpoint} (in memory, on this machine only)`);
  print(`Workspaces with ${stage.files} sample files: ${here(stage.alice)}, ${here(stage.bob)} (empty yet)`);
  if (headless) {
    await playStory(stage, print);
    print('main job: ok');
    await stop(0);
  } else {
    await openForPeople();
  }
} catch (error) {
  print(`main job: failed: ${error instanceof Error ? error.message : String(error)}`);
  await stop(1);
}

async function openForPeople(): Promise<void> {
  const editor = await openEditor(stage, project);
  stops.push(() => editor.stop());
  print('');
  if (editor.kind === 'server') print(`Datastore Sync is ready: ${editor.url}`);
  if (editor.kind === 'desktop') print('Datastore Sync is ready: a VS Code window opens on alice.');
  if (editor.kind === 'none') print(`VS Code could not be started: ${editor.reason}. The CLI below works without it.`);
  print('');
  const [demo, bob] = [here(stage.folder), here(stage.bob)];
  const rows: readonly [command: string, what: string][] = [
    [`. ${demo}/env`, 'keys of the dev server, and a state folder'],
    [`node dist/cli.js sync --cwd ${bob}`, 'bob gets what alice has pushed'],
    [`echo hello > ${bob}/data/hello.txt`, 'bob writes a file'],
    [`node dist/cli.js sync --cwd ${bob}`, 'alice sees it come'],
    [`node dist/cli.js lock acquire --cwd ${bob}`, "see the holder in alice's status bar"],
    [`node dist/cli.js status --cwd ${bob}`, 'how things stand'],
  ];
  if (editor.kind !== 'none') print('First, in VS Code: answer the question about the connection, then alice pushes.');
  print('Try, in another terminal, from this folder:');
  for (const [command, what] of rows) print(`  ${command.padEnd(42)} # ${what}`);
  print('');
  print('Edit a file of alice in VS Code and watch the status bar. Ctrl-C stops all of it.');
}

function here(path: string): string {
  return relative(process.cwd(), path) || '.';
}
