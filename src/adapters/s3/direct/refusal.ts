import type { IncomingMessage } from 'node:http';

/** An answer's own words are short; of a longer body the rest says nothing. */
const LONGEST = 64 << 10;

/** What a store answered in place of an object, in the shape of the SDK's errors. Rejects when the answer breaks off. */
export async function refusalOf(answer: IncomingMessage): Promise<Error> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const part of answer as AsyncIterable<string>) {
    text += part;
    if (text.length > LONGEST) break;
  }
  const { statusCode, headers } = answer;
  return Object.assign(new Error(said(text, 'Message') ?? 'UnknownError'), {
    name: said(text, 'Code') ?? 'UnknownError',
    Region: said(text, 'Region'),
    $metadata: { httpStatusCode: statusCode },
    $response: { statusCode, headers },
  });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text of one element; the XML of S3's errors has neither attributes nor depth. */
function said(xml: string, name: string): string | undefined {
  const inner = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return inner?.replaceAll(/&(lt|gt|amp|quot|apos);/g, (whole, entity: string) => ENTITIES[entity] ?? whole);
}
