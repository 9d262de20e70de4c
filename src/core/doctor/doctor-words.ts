import { type DoctorLine, doctorSummary } from './doctor-line.ts';

/** Where a report was made. Nothing in it is secret. */
export interface DoctorPlace {
  /** `0.1.0` */
  readonly version: string;
  /** `linux x64, Node 24.21.0` */
  readonly platform: string;
  /** Absolute. */
  readonly workspace: string;
}

/** A line whose words may be of another language. */
export type SpokenLine = Omit<DoctorLine, 'topic'> & { readonly topic: string };

/** The report as plain text to be copied, lines of at most `width` characters where words allow. `tint` colours a level. */
export function doctorWords(
  place: DoctorPlace,
  lines: readonly SpokenLine[],
  width = 80,
  tint: (level: DoctorLine['level'], text: string) => string = (_level, text) => text,
): readonly string[] {
  const topics = Math.max(0, ...lines.map(({ topic }) => topic.length));
  const indent = ' '.repeat(LEVEL + topics + 4);
  const room = width - indent.length;
  return [
    `datastore ${place.version} on ${place.platform}`,
    place.workspace,
    '',
    ...lines.flatMap(({ topic, level, text, remedy }) => {
      const [first = '', ...rest] = wrapped(text, room);
      const advice = remedy === null ? [] : wrapped(`→ ${remedy}`, room);
      const head = `${tint(level, level.padEnd(LEVEL))}  ${topic.padEnd(topics)}  ${first}`;
      return [head, ...[...rest, ...advice].map((line) => indent + line)];
    }),
    '',
    doctorSummary(lines),
  ];
}

const LEVEL = 'problem'.length;

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
