import { buildStale } from '../support/build.ts';

/** Before any test of this layer: the extension, as it is now. */
export default () => buildStale('extension');
