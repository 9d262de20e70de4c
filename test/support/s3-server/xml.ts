import { S3Error } from './s3-error.ts';

/** One element of a parsed document: its local name, its own text, its child elements. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** An S3 answer document: the root element in S3's namespace around already written content. */
export function xmlDocument(root: string, content: string): string {
  return `${declaration}<${root} xmlns="${namespace}">${content}</${root}>`;
}

/** The error document (S3 writes it without a namespace). */
export function xmlError(code: string, message: string, resource: string, requestId: string): string {
  const content = tag('Code', code) + tag('Message', message) + tag('Resource', resource) + tag('RequestId', requestId);
  return `${declaration}<Error>${content}</Error>`;
}

/** `<name>text</name>` with the text escaped, control characters as numeric references as S3 does. */
export function tag(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeText(String(text))}</${name}>`;
}

function escapeText(text: string): string {
  return /[&<>"\p{Cc}]/u.test(text)
    ? text.replaceAll(/[&<>"\p{Cc}]/gu, (char) => `&#${char.codePointAt(0) ?? 0};`)
    : text;
}

/** Reads a small request document. Throws MalformedXML; document types are refused, so entities cannot expand. */
export function parseXml(source: string): XmlElement {
  const tokens = /<\?[^]*?\?>|<!--[^]*?-->|<(\/?)([^\s/>!]+)([^>]*?)(\/?)>|([^<]+)/gy;
  const top: Open = { name: '', text: '', children: [] };
  const open: Open[] = [top];
  let read = 0;
  for (let token = tokens.exec(source); token !== null; token = tokens.exec(source)) {
    read = tokens.lastIndex;
    const [, closing, qualified, , selfClosing, text] = token;
    const current = open.at(-1);
    if (current === undefined) throw malformed();
    if (text !== undefined) current.text += unescapeText(text);
    else if (qualified !== undefined) {
      const name = qualified.slice(qualified.indexOf(':') + 1);
      if (closing === '/') {
        if (open.length < 2 || current.name !== name) throw malformed();
        open.pop();
      } else {
        const element: Open = { name, text: '', children: [] };
        current.children.push(element);
        if (selfClosing !== '/') open.push(element);
      }
    }
  }
  const root = top.children[0];
  if (read !== source.length || open.length !== 1 || root === undefined || top.children.length !== 1) throw malformed();
  return root;
}

/** The text of the first child of that name. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

interface Open {
  name: string;
  text: string;
  children: Open[];
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeText(text: string): string {
  return text.replaceAll(/&([^;]*);/g, (_, entity: string) => {
    const numeric = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(entity);
    if (numeric === null) {
      const char = named[entity];
      if (char === undefined) throw malformed();
      return char;
    }
    const point = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16);
    if (point > 0x10ffff) throw malformed();
    return String.fromCodePoint(point);
  });
}

function malformed(): S3Error {
  return new S3Error('MalformedXML', 'The XML you provided was not well-formed.');
}
