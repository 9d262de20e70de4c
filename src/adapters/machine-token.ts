import { readFileSync, statSync } from 'node:fs';

/**
 * Names the processes that this one can see: the running system and its namespace of process numbers (containers of one host name
 * have their own). Null where the platform tells neither.
 */
export function machineToken(): string | null {
  token ??= { known: read() };
  return token.known;
}

/** Neither changes while a process runs. */
let token: { readonly known: string | null } | null = null;

function read(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${statSync('/proc/self/ns/pid').ino}`;
  } catch {
    return null;
  }
}
