import { ROOT } from '../hands.ts';

const STAGING = `${ROOT}/.datastore-staging/`;
const INBOX = /\/\.datastore-staging\/[^/]+\/in\//;

/** All of it on the disk of a machine. */
export const isStaged = (path: string): boolean => path.startsWith(STAGING);

/** The state folder, and what is below it. */
export const isState = (path: string): boolean => path.startsWith('/state') && (path.length === 6 || path[6] === '/');

/** Where downloads wait. */
export const isDownload = (path: string): boolean => INBOX.test(path);
