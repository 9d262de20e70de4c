import { registerHooks } from 'node:module';

const SIMULATED: Readonly<Record<string, string>> = {
  'node:fs': new URL('./disk/fs.ts', import.meta.url).href,
  'node:fs/promises': new URL('./disk/fs-promises.ts', import.meta.url).href,
};

/** Called before anything of `src` is loaded: its file adapters get the simulated disk in place of the system's, unchanged otherwise. */
export function simulateDisk(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const url = context.parentURL?.includes('/src/adapters/fs/') === true ? SIMULATED[specifier] : undefined;
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}
