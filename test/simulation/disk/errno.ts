import { constants } from 'node:os';

/** As the operating system says it, through Node. */
class SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path: string;
  readonly errno: number;

  constructor(code: string, syscall: string, path: string) {
    super(`${code}: by the simulated disk, ${syscall} '${path}'`);
    this.code = code;
    this.syscall = syscall;
    this.path = path;
    this.errno = -((constants.errno as Readonly<Record<string, number>>)[code] ?? 0);
  }
}

export const errno = (code: string, syscall: string, path = ''): Error => new SystemError(code, syscall, path);

/** No error of the operating system: the process is gone, and nothing it still says or does counts. */
export class Killed extends Error {
  override readonly name = 'Killed';
}
