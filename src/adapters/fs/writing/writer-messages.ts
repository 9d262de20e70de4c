import type { StagedFile } from '../../../engine/ports.ts';
import type { Folder } from '../guarded-path.ts';

/** Contents that are written together, one behind the other in `bytes`. */
export interface Question {
  readonly inbox: Folder;
  /** What the names of all of them begin with: nobody else's do. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contents: readonly { readonly size: number; readonly mtime: number; readonly exec: boolean }[];
}

/** For each content, in their order; null: it could not be written, and has left nothing. */
export type Answer = readonly (StagedFile | null)[];
