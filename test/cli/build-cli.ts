import { buildStale } from '../support/build.ts';

/** Before any test of this layer: the command line, as it is now. */
export default () => buildStale('cli');
