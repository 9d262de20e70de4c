import { registerHooks } from 'node:module';

/* Imported before anything of `src`: the file adapters of the engine get the simulated disk in place of the system's, unchanged otherwise. */

const SIMULATED: Readonly<Record<string, string>> = {
  'node:fs': new URL('./disk/fs.ts', import.meta.url).href,
  'node:fs/promises': new URL('./disk/fs-promises.ts', import.meta.url).href,
};

registerHooks({
  resolve(specifier, context, next) {
    const url = context.parentURL?.includes('/src/adapters/fs/') === true ? SIMULATED[specifier] : undefined;
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  },
});
