import { closeSync, fstatSync, fsyncSync, openSync, partAt, readAt } from './handle-calls.ts';
import { enter, handleOf } from './kernel.ts';

/* What `src/adapters/fs` gets in place of the promises of `node:fs`. Others may act before each of its calls. */

export async function open(path: string, flags?: string | number, mode?: number): Promise<SimulatedHandle> {
  await enter('before open', path).proc.breathe();
  return new SimulatedHandle(openSync(path, flags, mode));
}

const PART = 64 * 1024;

const CLOSED = -1;

class SimulatedHandle {
  /** None once it is closed, as Node's: its number may be another's by then. */
  fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  private async breathe(): Promise<void> {
    await handleOf('before', this.fd).proc.breathe();
  }

  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    await this.breathe();
    return { bytesRead: readAt(handleOf('read', this.fd), buffer, offset, length, position) };
  }

  async sync(): Promise<void> {
    await this.breathe();
    fsyncSync(this.fd);
  }

  async stat(): Promise<ReturnType<typeof fstatSync>> {
    await this.breathe();
    return fstatSync(this.fd);
  }

  async close(): Promise<void> {
    const { fd } = this;
    this.fd = CLOSED;
    if (fd !== CLOSED) closeSync(fd);
  }

  /** As `read`, into a buffer of the right size: the files are small, and whole parts for them would cost more than all else. */
  private async readPart(position: number): Promise<Uint8Array> {
    await this.breathe();
    return partAt(handleOf('read', this.fd), position, PART);
  }

  async *createReadStream(): AsyncGenerator<Uint8Array> {
    for (let at = 0; ; ) {
      const part = await this.readPart(at);
      if (part.length === 0) return;
      yield part;
      at += part.length;
    }
  }
}
