import { isatty } from 'node:tty';
import { SyncError } from '../core/errors.ts';

/**
 * Stdout or stderr. A reader that goes away (`| head`) is no error: the rest is dropped. Any other failure (a full
 * disk behind `>`) rejects `ready` with SyncError('local'): a result that is cut short must not look like a whole one.
 */
export function terminalOutput(stream: NodeJS.WriteStream & { readonly fd: number }) {
  const isTerminal = isatty(stream.fd);
  let closed = false;
  let failure: SyncError | null = null;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code === 'EPIPE') return;
    failure = new SyncError(
      'local',
      `The output could not be written (${error.code ?? error.message}).`,
      'Make room, or write elsewhere.',
    );
  });
  return {
    write(data: string | Uint8Array): void {
      if (!closed) stream.write(data);
    },
    async ready(): Promise<void> {
      if (!closed) await new Promise<void>((resolve) => stream.write('', () => resolve()));
      if (failure !== null) throw failure;
    },
    get isTerminal(): boolean {
      return isTerminal;
    },
    get columns(): number {
      return (isTerminal && stream.columns) || 80;
    },
    get closed(): boolean {
      return closed;
    },
  };
}
