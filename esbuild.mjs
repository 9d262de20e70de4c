import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { writeCommonJs } from './scripts/build/common-js.mjs';

/*
 * dist/extension.cjs loads dist/s3.cjs, where the SDK lies, on first use; what both need lies in the first, so that a
 * StoreError thrown in one is the StoreError caught in the other. dist/cli.js turns on the cache of compiled code and loads the
 * rest from dist/cli: what every command needs in main.cjs, the SDK, the watcher and the like in files of their own. All of it is
 * CommonJS: an ES module touches every export of what it imports of Node, and some of them load more (a second HTTP client, the
 * streams), and each file of a program costs more as one. Any Node from 22 on. Arguments name the targets; none means all.
 * With --readable names stay as they were written, in a folder apart: for a profile.
 */

const words = process.argv.slice(2);
const isReadable = words.includes('--readable');
const out = isReadable ? 'test-results/readable' : 'dist';
const minify = !isReadable;

const shared = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  mainFields: ['module', 'main'],
  // The same code as ES modules, which load in half the time.
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  minify,
  // Errors are told apart and reported by name.
  keepNames: true,
  metafile: true,
  outdir: out,
  logLevel: 'warning',
};

const { version } = JSON.parse(await readFile('package.json', 'utf8'));

/** Runs in a thread of its own, and lies as text in the programs that start it. */
async function threadProgram(entry) {
  const { outputFiles } = await build({
    ...shared,
    format: 'cjs',
    entryPoints: [`src/adapters/fs/${entry}.ts`],
    metafile: false,
    write: false,
  });
  return JSON.stringify(outputFiles[0].text);
}

const split = {
  ...shared,
  splitting: true,
  outExtension: { '.js': '.cjs' },
  write: false,
  define: {
    READER_PROGRAM: await threadProgram('reading/reader-program'),
    WRITER_PROGRAM: await threadProgram('writing/writer-program'),
    VERSION: JSON.stringify(version),
  },
};

const targets = {
  extension: {
    ...split,
    entryPoints: { extension: 'src/extension.ts', s3: 'src/adapters/s3/s3-store.ts' },
    chunkNames: 'chunks/[name]-[hash]',
    external: ['vscode'],
  },
  cli: {
    ...split,
    entryPoints: { 'cli/main': 'src/wire-cli.ts' },
    chunkNames: 'cli/[name]-[hash]',
  },
};

/** What turns on the cache for everything else, and so holds nothing else. */
const start = {
  ...shared,
  format: 'cjs',
  supported: { 'dynamic-import': false },
  entryPoints: { cli: 'src/cli.ts' },
  plugins: [
    {
      name: 'rest',
      setup: ({ onResolve }) =>
        onResolve({ filter: /wire-cli\.ts$/ }, () => ({ path: './cli/main.cjs', external: true })),
    },
  ],
};

/** Names were kept when it was split. */
const asCommonJs = { platform: 'node', target: 'node22', minify, external: ['vscode'], logLevel: 'warning' };

const entries = { extension: `${out}/extension.cjs`, cli: `${out}/cli/main.cjs` };

const named = words.filter((word) => word !== '--readable');
for (const name of named.length > 0 ? named : Object.keys(targets)) {
  const target = targets[name];
  if (target === undefined) throw new Error(`unknown target ${name}; there are: ${Object.keys(targets).join(', ')}`);
  if (name === 'extension') await rm(`${out}/chunks`, { recursive: true, force: true });
  const { outputs } = await writeCommonJs(await build(target), entries[name], asCommonJs);
  if (name === 'cli') await writeStart(outputs);
  await writeFile(`${out}/${name}.meta.json`, JSON.stringify({ outputs }));
}

/** Last of all, so that a start that is younger than the sources says that the rest is, too. */
async function writeStart(rest) {
  await sweep(`${out}/cli`, rest);
  // Nearer than the project's own, which says that a `.js` is an ES module.
  await writeFile(`${out}/package.json`, '{ "type": "commonjs" }\n');
  await build(start);
  await chmod(`${out}/cli.js`, 0o755);
}

/** Chunks of earlier builds go after an hour: a program that runs meanwhile may still load them. */
async function sweep(folder, outputs) {
  for (const name of await readdir(folder)) {
    const path = `${folder}/${name}`;
    if (!(path in outputs) && Date.now() - (await stat(path)).mtimeMs > 3_600_000) await rm(path);
  }
}
