// XML as the AWS protocols use it: elements, text and attributes; no namespaces, no mixed content.

/** An element that was read. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Text made safe for an element or an attribute. */
export const escapeXml = (text: string): string => text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? '');

/** `<name>content</name>`; `content` is XML already. */
export const element = (name: string, content: string, attributes = ''): string =>
  `<${name}${attributes}>${content}</${name}>`;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, entity: string) => {
    if (entity.startsWith('#x')) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith('#')) return String.fromCodePoint(Number(entity.slice(1)));
    return ENTITIES[entity] ?? whole;
  });

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<(\/)?([^\s/>!?]+)[^>]*?(\/)?>|<[!?][^>]*>|([^<]+)/g;

/** Reads one document. Throws SyntaxError where tags do not match. Prefixes of names are dropped. */
export const parseXml = (source: string): XmlElement => {
  const root: OpenElement = { name: '', text: '', children: [] };
  const open: OpenElement[] = [root];
  for (const [, cdata, isClosing, rawName, isEmpty, text] of source.matchAll(TOKEN)) {
    const current = open.at(-1) ?? root;
    if (cdata !== undefined) current.text += cdata;
    else if (text !== undefined) current.text += unescapeXml(text);
    else if (rawName !== undefined) {
      const name = rawName.slice(rawName.indexOf(':') + 1);
      if (isClosing !== undefined) {
        if (open.length === 1 || current.name !== name) throw new SyntaxError(`unexpected </${name}> in XML`);
        open.pop();
      } else {
        const child: OpenElement = { name, text: '', children: [] };
        current.children.push(child);
        if (isEmpty === undefined) open.push(child);
      }
    }
  }
  const [document] = root.children;
  if (open.length !== 1 || document === undefined) throw new SyntaxError('incomplete XML');
  return document;
};

/** The first child called `name`. */
export const childOf = (parent: XmlElement, name: string): XmlElement | undefined =>
  parent.children.find((child) => child.name === name);

/** The text of the first child called `name`. */
export const childText = (parent: XmlElement, name: string): string | undefined => childOf(parent, name)?.text;
