// HTML from templates. Whatever is put into one is shown as text; only what a template made is taken as it is.
const made = Symbol('html');

/** HTML that a template made. Nothing that was read from anywhere can pass for it: JSON has no symbols. */
export interface Html {
  readonly [made]: string;
}

export type Shown = string | number | Html | undefined | false | null | readonly Shown[];

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

const rendered = (value: Shown): string => {
  if (value === undefined || value === null || value === false) return '';
  if (Array.isArray(value)) return value.map(rendered).join('');
  return typeof value === 'object' && made in value ? value[made] : escaped(String(value));
};

/** A template: html`<b>${text}</b>`. Attributes are to stand in double quotes. */
export const html = (texts: TemplateStringsArray, ...values: readonly Shown[]): Html => ({
  [made]: texts.reduce((all, text, place) => all + rendered(values[place - 1]) + text),
});

/** The text of what a template made. */
export const textOf = (of: Html): string => of[made];

export const nothing: Html = html``;

/** An address of parts that may hold anything, and of a query: `/runs/a%20b?x=1`. Undefined values are left out. */
export const link = (parts: readonly string[], query: { readonly [name: string]: string | undefined } = {}): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, value);
  const search = given.toString();
  return `/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
};
