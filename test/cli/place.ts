export const BUCKET = 'team-data';

/** A store that is there, with the bucket BUCKET in it. */
export interface Place {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}
