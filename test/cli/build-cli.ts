import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Before any test of this layer: the bundle, made anew when a source is younger. */
export default function buildCli(): void {
  const built = statSync(`${project}dist/cli.js`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(`${project}src`, { recursive: true, encoding: 'utf8' }).map(
    (name) => `${project}src/${name}`,
  );
  const isStale = [...sources, `${project}esbuild.mjs`, `${project}package.json`].some(
    (source) => statSync(source).mtimeMs >= built,
  );
  if (isStale) execFileSync(process.execPath, ['esbuild.mjs', 'cli'], { cwd: project, stdio: 'inherit' });
}
