// Names and values, side by side.
import { type Html, html } from './html.ts';

export type Fact = readonly [name: string, value: Html | string | undefined];

/** Those that have a value. */
export const definitions = (facts: readonly Fact[]): Html => {
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  return known.length === 0
    ? html``
    : html`<dl class="facts">${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
};
