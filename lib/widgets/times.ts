// Times as of now: what the console's script does in its page, a widget has to bring along.
import { ago, duration } from '../support/words.ts';

const time = /(<dd>)?<time datetime="([^"]*)" data-(ago|since)="true">([^<]*)<\/time>/g;
const inGraph = /<tspan( data-since="true")? data-time="([^"]*)">[^<]*<\/tspan>/g;

/** The HTML of a view, whose templates alone make such elements, with how long ago its times are; among facts, where there is room, both. */
export const withTimes = (html: string, now: number): string => {
  const since = (iso: string): string => duration(Math.max(0, now - Date.parse(iso)));
  return html
    .replace(time, (_, fact: string | undefined, iso: string, kind: string, full: string) => {
      const told = kind === 'since' ? since(iso) : ago(iso, now);
      const both = fact !== undefined && kind === 'ago' && !full.startsWith(told); // after a month it is a date
      return `${fact ?? ''}${both ? `${full}, ${told}` : `<span title="${full}">${told}</span>`}`;
    })
    .replace(
      inGraph,
      (_, counts: string | undefined, iso: string) => `<tspan>${counts ? since(iso) : ago(iso, now)}</tspan>`,
    );
};
