import { constants } from 'node:os';

/** As the operating system says it, through Node. */
class SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path: string;

  constructor(code: string, syscall: string, path: string) {
    super();
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }

  /** Made when it is asked for: most are caught, and their code is all that is read. */
  override get message(): string {
    return `${this.code}: by the simulated disk, ${this.syscall} '${this.path}'`;
  }

  get errno(): number {
    return -((constants.errno as Readonly<Record<string, number>>)[this.code] ?? 0);
  }
}

export const errno = (code: string, syscall: string, path = ''): Error => new SystemError(code, syscall, path);

/** No error of the operating system: the process is gone, and nothing it still says or does counts. */
export class Killed extends Error {
  override readonly name = 'Killed';
}
