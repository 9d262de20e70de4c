import { constants } from 'node:os';

/** As the operating system says it, through Node. */
export function errno(code: string, syscall: string, path = ''): Error {
  const number = (constants.errno as Readonly<Record<string, number>>)[code] ?? 0;
  return Object.assign(new Error(`${code}: by the simulated disk, ${syscall} '${path}'`), {
    code,
    syscall,
    path,
    errno: -number,
  });
}

/** No error of the operating system: the process is gone, and nothing it still says or does counts. */
export class Killed extends Error {
  override readonly name = 'Killed';
}
