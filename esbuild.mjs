import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { writeCommonJs } from './scripts/build/common-js.mjs';

/*
 * dist/extension.cjs loads dist/s3.cjs, where the SDK lies, on first use; what both need lies in the first, so that a
 * StoreError thrown in one is the StoreError caught in the other. dist/cli.js turns on the cache of compiled code and loads the
 * rest from dist/cli: what every command needs in one file, the SDK, the watcher and the like in files of their own. Any Node from
 * 22 on. Arguments name the targets; none means all.
 */

/**
 * An `import` of these touches every export, and some of them load more: a second HTTP client, the standard streams. That takes a
 * short program a sixth of its time; `require` touches nothing.
 */
const untouched = {
  name: 'untouched',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?(?:https?|process)$/ }, ({ path, kind }) =>
      kind === 'require-call' ? null : { path: path.replace(/^(?:node:)?/, 'node:'), namespace: 'untouched' },
    );
    onLoad({ filter: /^/, namespace: 'untouched' }, ({ path }) => ({
      contents: `module.exports = require('${path}')`,
    }));
  },
};

const shared = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  mainFields: ['module', 'main'],
  // The same code as ES modules, which load in half the time.
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  minify: true,
  // Errors are told apart and reported by name.
  keepNames: true,
  metafile: true,
  plugins: [untouched],
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
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
    write: false,
  },
  cli: {
    ...shared,
    entryPoints: { cli: 'src/cli.ts' },
    splitting: true,
    chunkNames: 'cli/[name]-[hash]',
    define: { VERSION: JSON.stringify(version) },
    banner: { js: REQUIRE },
  },
};

/** Names were kept when it was split. */
const asCommonJs = { platform: 'node', target: 'node22', minify: true, external: ['vscode'], logLevel: 'warning' };

const named = process.argv.slice(2);
for (const name of named.length > 0 ? named : Object.keys(targets)) {
  const target = targets[name];
  if (target === undefined) throw new Error(`unknown target ${name}; there are: ${Object.keys(targets).join(', ')}`);
  if (name === 'extension') await rm('dist/chunks', { recursive: true, force: true });
  const built = await build(target);
  const metafile = name === 'extension' ? await writeCommonJs(built, 'dist/extension.cjs', asCommonJs) : built.metafile;
  if (name === 'cli') await sweep('dist/cli', metafile.outputs);
  await writeFile(`dist/${name}.meta.json`, JSON.stringify(metafile));
  if (name === 'cli') await chmod('dist/cli.js', 0o755);
}

/** Chunks of earlier builds go after an hour: a program that runs meanwhile may still load them. */
async function sweep(folder, outputs) {
  for (const name of await readdir(folder)) {
    const path = `${folder}/${name}`;
    if (!(path in outputs) && Date.now() - (await stat(path)).mtimeMs > 3_600_000) await rm(path);
  }
}
