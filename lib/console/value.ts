// A value as JSON, as much of it as a person reads.
import type { Json } from '../records/index.ts';
import { type Html, html } from './html.ts';
import { count } from './words.ts';

const longest = 20_000;

/** A value, or why there is none to be shown. `note` says what of it this is. */
export type Known = { readonly value: Json; readonly note?: string } | { readonly missing: string };

export const valueBlock = (value: Json): Html => {
  const text = JSON.stringify(value, null, 2);
  return html`<pre class="value" tabindex="0">${text.slice(0, longest)}</pre>${
    text.length > longest ? html`<p class="muted">… ${count(text.length - longest)} more characters.</p>` : ''
  }`;
};

export const knownBlock = (known: Known): Html =>
  'missing' in known
    ? html`<p class="muted">${known.missing}</p>`
    : html`${known.note === undefined ? '' : html`<p class="muted">${known.note}</p>`}${valueBlock(known.value)}`;
