import { registerHooks } from 'node:module';

const SIMULATED = new URL('./disk/fs.ts', import.meta.url).href;

/** Called before anything of `src` is loaded: its file adapters get the simulated disk in place of the system's, unchanged otherwise. */
export function simulateDisk(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const isSimulated = specifier === 'node:fs' && context.parentURL?.includes('/src/adapters/fs/') === true;
      return isSimulated ? { url: SIMULATED, shortCircuit: true } : next(specifier, context);
    },
  });
}
