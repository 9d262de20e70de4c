/**
 * Whether a person helps by giving the path, or what stands in its place, another name: what the program says of a held path where
 * two sides cannot both be there. Any other trouble is the program's own to get over.
 */
export const isInTheWay = (reason: string): boolean => REASONS.some((pattern) => pattern.test(reason));

const THING = 'a (?:link|folder|file|socket|named pipe|device)';

const REASONS: readonly RegExp[] = [
  /^it cannot stand beside "/,
  new RegExp(`^(?:it is )?${THING}, and the remote has a file or folder of this name$`),
  new RegExp(`^${THING} has its name: move it`),
  new RegExp(`^\`[^\`]+\` is ${THING}$`),
  /^`[^`]+` leads elsewhere$/,
  // Names that cannot travel, or are not meant to.
  /^the (?:path|name) /,
  /^files of this name often hold passwords/,
];
