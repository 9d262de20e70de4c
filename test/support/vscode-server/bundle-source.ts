import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { build } from 'esbuild';

/** Maps a stack of the bundle back to the sources, by their paths relative to the current folder. */
export type StackMapper = (stack: string) => string;

/** Bundles a module that runs in the extension host: CommonJS, with `vscode` left to the host. */
export async function bundleForHost(entry: string, outfile: string): Promise<StackMapper> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'external',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const map = new SourceMap(JSON.parse(await readFile(`${outfile}.map`, 'utf8')));
  const sourceOf = (fileName: string): string => relative(process.cwd(), resolve(dirname(outfile), fileName));
  const sites = /([^\s(]+\.cjs):(\d+):(\d+)/g;
  // Here and not in the host, because VS Code formats stacks itself and ignores source maps.
  return (stack) =>
    stack.replaceAll(sites, (site: string, file: string, line: string, column: string) => {
      if (file !== outfile) return site;
      const origin = map.findOrigin(Number(line), Number(column));
      return 'fileName' in origin ? `${sourceOf(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}` : site;
    });
}
