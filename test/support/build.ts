import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Builds a bundle anew when a source is younger. */
export function buildStale(target: 'cli' | 'extension'): void {
  const bundle = target === 'extension' ? 'extension.cjs' : `${target}.js`;
  const built = statSync(`${project}dist/${bundle}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(`${project}src`, { recursive: true, encoding: 'utf8' }).map(
    (name) => `${project}src/${name}`,
  );
  const isStale = [...sources, `${project}esbuild.mjs`, `${project}package.json`].some(
    (source) => statSync(source).mtimeMs >= built,
  );
  if (isStale) execFileSync(process.execPath, ['esbuild.mjs', target], { cwd: project, stdio: 'inherit' });
}
