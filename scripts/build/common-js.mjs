import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, posix, relative } from 'node:path';
import { build } from 'esbuild';

/**
 * Writes what esbuild has split into ES modules (`write: false`) as CommonJS, with all that the entry point needs before it runs in
 * its own file. VS Code loads such an entry in one go; of ES modules it waits for each on the event loop on which everything else of
 * a window begins, too. Resolves with a metafile of what was written. Top-level await is an error.
 */
export async function writeCommonJs({ outputFiles, metafile }, entry, options) {
  const texts = new Map(
    outputFiles.map(({ path, text }) => [relative('.', path).replaceAll('\\', '/'), withApiAsItIs(text)]),
  );
  const first = neededBy(entry, metafile.outputs);
  const later = [...texts.keys()].filter((path) => !first.has(path));
  const outputs = {};
  for (const path of [entry, ...later]) {
    const isEntry = path === entry;
    const { outputFiles: written } = await build({
      ...options,
      stdin: { contents: isEntry ? sharing(entry, first) : texts.get(path), sourcefile: path, resolveDir: '.' },
      bundle: true,
      format: 'cjs',
      write: false,
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': '__filename' },
      plugins: [linking(path, isEntry ? first : new Set(), entry, first, texts)],
    });
    const [{ contents }] = written;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
    outputs[path] = {
      bytes: contents.byteLength,
      imports: [],
      inputs: Object.assign({}, ...(isEntry ? [...first] : [path]).map((one) => metafile.outputs[one].inputs)),
    };
  }
  return { outputs };
}

/** VS Code's API is CommonJS: what esbuild would wrap it in copies every name of it, for each module that asks. */
const withApiAsItIs = (text) =>
  text.replaceAll(/\bimport ?\* ?as ([\w$]+) ?from ?"vscode";/g, 'const $1 = require("vscode");');

/** The entry, and every chunk that it imports before it runs. */
function neededBy(path, outputs, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: next, kind, external } of outputs[path].imports)
    if (kind === 'import-statement' && !external) neededBy(next, outputs, found);
  return found;
}

/** The entry as it was, and what it has loaded for those that are loaded later. */
function sharing(entry, first) {
  const chunks = [...first].filter((path) => path !== entry);
  return [
    `export * from './${posix.basename(entry)}';`,
    ...chunks.map((path, index) => `import * as chunk${index} from './${posix.relative(posix.dirname(entry), path)}';`),
    `export const chunks = { ${chunks.map((path, index) => `'${path}': chunk${index}`).join(', ')} };`,
  ].join('\n');
}

function linking(from, inside, entry, first, texts) {
  const fromHere = (path) => {
    const found = posix.relative(posix.dirname(from), path);
    return found.startsWith('.') ? found : `./${found}`;
  };
  return {
    name: 'linking',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, importer, namespace, kind }) => {
        const target = posix.join(posix.dirname(namespace === 'built' ? importer : from), path);
        if (inside.has(target) && kind === 'import-statement') return { path: target, namespace: 'built' };
        if (namespace !== 'shared' && first.has(target)) return { path: target, namespace: 'shared' };
        return { path: namespace === 'shared' ? path : fromHere(target), external: true };
      });
      // One that exports nothing would pass for CommonJS, and all others would wait in functions that V8's cache leaves out.
      onLoad({ filter: /^/, namespace: 'built' }, ({ path }) => ({ contents: `${texts.get(path)}\nexport {};\n` }));
      onLoad({ filter: /^/, namespace: 'shared' }, ({ path }) => ({
        contents: `module.exports = require('${fromHere(entry)}').chunks['${path}'];`,
      }));
    },
  };
}
