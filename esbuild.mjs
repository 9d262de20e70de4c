import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/*
 * dist/extension.js loads dist/s3.js, where the SDK lies, on first use; what both need lies in dist/chunks, so that a
 * StoreError thrown in one is the StoreError caught in the other. dist/cli.js is one file for any Node from 22 on.
 * Arguments name the targets; none means all.
 */
const shared = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  mainFields: ['module', 'main'],
  minify: true,
  // Errors are told apart and reported by name.
  keepNames: true,
  metafile: true,
  outdir: 'dist',
  logLevel: 'warning',
};

// Some dependencies are CommonJS and ask for Node's modules by require.
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

const { version } = JSON.parse(await readFile('package.json', 'utf8'));

const targets = {
  extension: {
    ...shared,
    entryPoints: { extension: 'src/extension.ts', s3: 'src/adapters/s3/s3-store.ts' },
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external: ['vscode'],
    banner: { js: REQUIRE },
  },
  cli: {
    ...shared,
    entryPoints: { cli: 'src/cli.ts' },
    define: { VERSION: JSON.stringify(version) },
    banner: { js: REQUIRE },
  },
};

const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : Object.keys(targets)) {
  const target = targets[name];
  if (target === undefined) throw new Error(`unknown target ${name}; there are: ${Object.keys(targets).join(', ')}`);
  if (name === 'extension') await rm('dist/chunks', { recursive: true, force: true });
  const { metafile } = await build(target);
  await writeFile(`dist/${name}.meta.json`, JSON.stringify(metafile));
  if (name === 'cli') await chmod('dist/cli.js', 0o755);
}
