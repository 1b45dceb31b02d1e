// Text that is safe to put on a page. A tagged template escapes whatever is not markup already, so that forgetting to
// escape a person's words takes an effort.

export interface Markup {
  readonly kind: 'markup';
  readonly text: string;
}

export type Content = Markup | string | number | readonly Content[];

/**
 * Markup with its holes filled: strings and numbers escaped, markup and lists of it as they are.
 *
 * @example
 * markup`<p title="${userText}">${userText}</p>`
 */
export const markup = (literals: TemplateStringsArray, ...contents: readonly Content[]): Markup => ({
  kind: 'markup',
  text: literals.map((literal, index) => literal + textOf(contents[index] ?? '')).join(''),
});

export const nothing: Markup = { kind: 'markup', text: '' };

const textOf = (content: Content): string => {
  if (typeof content === 'string') return escapeMarkup(content);
  if (typeof content === 'number') return String(content);
  return isMarkup(content) ? content.text : content.map(textOf).join('');
};

const isMarkup = (content: Markup | readonly Content[]): content is Markup => 'kind' in content;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe in text and in quoted attributes. Control characters, which HTML cannot hold, become spaces. */
export const escapeMarkup = (text: string): string =>
  text.replaceAll(/(?![\t\n])\p{Cc}/gu, ' ').replaceAll(/[&<>"']/g, (one) => entities[one] ?? one);
