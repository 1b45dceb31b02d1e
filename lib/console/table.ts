// A table: rows under headings; on a narrow screen each row as a card, with the headings beside the values.
import { type Html, html, type Shown } from './html.ts';

export interface Column {
  readonly heading: string;
  /** Numbers stand to the right; a long text, id or key may break. */
  readonly kind?: 'number' | 'why' | 'id' | 'key';
}

export type Cell = Shown;

/** `name` says what it is a table of. */
export const tableOf = (name: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html => {
  const classOf = ({ kind }: Column): Html => (kind === undefined ? html`` : html` class="${kind}"`);
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table class="list">
<thead><tr>${columns.map((column) => html`<th scope="col"${classOf(column)}>${column.heading}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, place) => {
        const column = columns[place] ?? { heading: '' };
        return html`<td${classOf(column)} data-th="${column.heading}">${cell}</td>`;
      })}</tr>
`,
  )}</tbody></table></div>`;
};

/** A remark below a table of which it is not known how much there is. */
export const notAll = (read: number): Html =>
  html`<p class="muted">There are more: these are of the first ${read}.</p>`;

/** A remark below a table that does not show all. */
export const moreThan = (shown: number, all: number, of = ''): Html =>
  all > shown ? html`<p class="muted">… and ${(all - shown).toLocaleString('en-US')} more${of}.</p>` : html``;
