// States, times and names as the views write them.
import { marks, type PartitionState, type Status, stateMarks } from '../records/index.ts';
import { duration } from '../support/words.ts';
import { type Html, html } from './html.ts';

const markOf = (state: Status | PartitionState): string =>
  state in marks ? marks[state as Status] : stateMarks[state as PartitionState]; // it is one or the other

/** Mark and word: `✓ completed`. */
export const badge = (state: Status | PartitionState, word: string = state): Html =>
  html`<span class="badge s-${state}"><span class="mark" aria-hidden="true">${markOf(state)}</span> ${word}</span>`;

export const markText = markOf;

/** `2026-01-31 08:00:12 UTC`. */
export const momentText = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

/** A time; the page's script adds how long ago it was. */
export const moment = (iso: string | undefined): Html =>
  iso === undefined ? html`–` : html`<time datetime="${iso}" data-ago="true">${momentText(iso)}</time>`;

/** How long something took; of what is under way, since when: the page's script counts on. */
export const took = (startedAt: string | undefined, endedAt: string | undefined): Html => {
  if (startedAt === undefined) return html`–`;
  if (endedAt !== undefined) return html`${duration(Date.parse(endedAt) - Date.parse(startedAt))}`;
  return html`<time datetime="${startedAt}" data-since="true">since ${momentText(startedAt)}</time>`;
};

export const count = (n: number): string => n.toLocaleString('en-US');

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
