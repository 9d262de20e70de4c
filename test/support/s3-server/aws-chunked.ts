import { createHash, type Hash } from 'node:crypto';
import { S3Error } from './s3-error.ts';
import { chunkSignature, type Signer, sameText, trailerSignature } from './sigv4.ts';

/** Decodes an `aws-chunked` body as it arrives. */
export interface ChunkedDecoder {
  /** Returns the payload bytes within this piece. Throws IncompleteBody or SignatureDoesNotMatch. */
  push(piece: Buffer): Buffer[];
  /** The trailing headers, names in lower case. Throws IncompleteBody when the last chunk is missing. */
  end(): ReadonlyMap<string, string>;
}

type State = 'header' | 'data' | 'data-end' | 'trailer' | 'done';

/** With a signer, each chunk's signature (and the trailer's) is verified. */
export function chunkedDecoder(signer: Signer | undefined): ChunkedDecoder {
  let state: State = 'header';
  let line = '';
  let left = 0;
  let hash: Hash | undefined;
  let expected = '';
  let previous = signer?.signature ?? '';
  let signedTrailers = '';
  const trailers = new Map<string, string>();

  function openChunk(): void {
    const parts = /^([0-9a-f]{1,12})\s*(?:;\s*chunk-signature=([0-9a-f]{64}))?\s*$/i.exec(line);
    if (parts === null) throw incomplete('A chunk header cannot be read');
    left = Number.parseInt(parts[1] ?? '', 16);
    expected = parts[2] ?? '';
    hash = signer && createHash('sha256');
    if (left > 0) state = 'data';
    else {
      closeChunk();
      state = 'trailer';
    }
  }
  function closeChunk(): void {
    if (signer === undefined || hash === undefined) return;
    previous = verified(chunkSignature(signer, previous, hash.digest('hex')), expected);
  }
  function takeTrailer(): void {
    if (line === '') {
      state = 'done';
      return;
    }
    const colon = line.indexOf(':');
    if (colon < 0) throw incomplete('A trailing header cannot be read');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') {
      if (signer) verified(trailerSignature(signer, previous, signedTrailers), value);
      signedTrailers = '';
    } else {
      signedTrailers += `${name}:${value}\n`;
      trailers.set(name, value);
    }
  }
  function takeLine(): void {
    if (state === 'header') openChunk();
    else if (state === 'trailer') takeTrailer();
    else if (line === '') state = 'header';
    else throw incomplete('A chunk is longer than its header says');
    line = '';
  }

  return {
    push(piece) {
      const payload: Buffer[] = [];
      for (let at = 0; at < piece.length; ) {
        if (state === 'done') throw incomplete('Bytes follow the last chunk');
        if (state === 'data') {
          const part = piece.subarray(at, at + left);
          hash?.update(part);
          payload.push(part);
          at += part.length;
          left -= part.length;
          if (left === 0) {
            closeChunk();
            state = 'data-end';
          }
          continue;
        }
        const newline = piece.indexOf(10, at);
        const end = newline < 0 ? piece.length : newline;
        line += piece.toString('latin1', at, end);
        if (line.length > 4096) throw incomplete('A chunk header is too long');
        at = end + 1;
        if (newline < 0) break;
        line = line.replace(/\r$/, '');
        takeLine();
      }
      return payload;
    },
    end() {
      if (state === 'trailer' && line !== '') takeTrailer();
      if (state !== 'done' && state !== 'trailer') throw incomplete('The body ended before its last chunk');
      if (signer && signedTrailers !== '') throw mismatch();
      return trailers;
    },
  };
}

function verified(signature: string, sent: string): string {
  if (!sameText(signature, sent)) throw mismatch();
  return signature;
}

function mismatch(): S3Error {
  return new S3Error('SignatureDoesNotMatch', 'A chunk signature does not match its bytes.');
}

function incomplete(message: string): S3Error {
  return new S3Error('IncompleteBody', message);
}
