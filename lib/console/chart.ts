// Small charts: bars by day, and points along time with limits. Scales are d3-scale's; widths are percents, so that they fit any screen.
import { scaleLinear, scalePoint } from 'd3-scale';
import { type Html, html } from './html.ts';

const percent = (value: number): string => `${Math.round(value * 100) / 100}%`;
const round = (value: number): number => Math.round(value * 10) / 10;

export interface Bar {
  readonly name: string;
  readonly value: number;
}

const barHeight = 150;
/** Of a bar, in percents. */
const widest = 8;
const foot = 20;

/** `text` writes a value. What is drawn is also in a table beside it: the picture is for the eye. */
export const barChart = (bars: readonly Bar[], text: (value: number) => string): Html => {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const height = scaleLinear()
    .domain([0, most || 1])
    .range([0, barHeight - 24]);
  const width = Math.min(100 / Math.max(bars.length, 1), widest);
  const labelEvery = Math.ceil(bars.length / 8);
  return html`<svg class="chart" width="100%" height="${barHeight + foot}" aria-hidden="true">${bars.map(
    ({ name, value }, place) => {
      const tall = round(height(value));
      return html`<rect class="bar" x="${percent(place * width + width * 0.15)}" width="${percent(width * 0.7)}" y="${barHeight - tall}" height="${tall}" rx="2"><title>${name}: ${text(value)}</title></rect>${
        place % labelEvery === 0
          ? html`<text x="${percent(place * width + width / 2)}" y="${barHeight + 15}" text-anchor="middle">${name}</text>`
          : ''
      }`;
    },
  )}<line class="axis" x1="0" x2="100%" y1="${barHeight}" y2="${barHeight}"/><text x="0" y="12">${text(most)}</text></svg>`;
};

export interface Point {
  readonly name: string;
  /** `2026-01-31` */
  readonly day: string;
  readonly value: number;
  readonly outcome: 'passed' | 'warned' | 'blocked';
  readonly href: string;
}

export interface Limit {
  readonly name: string;
  readonly value: number;
  readonly kind: 'warn' | 'block';
}

const lineHeight = 130;
const marks = { passed: '●', warned: '▲', blocked: '✗' } as const;
const states = { passed: 's-completed', warned: 's-waiting', blocked: 's-failed' } as const;

/** Oldest first. Outcomes differ in shape. `text` writes a value. */
export const pointChart = (
  points: readonly Point[],
  limits: readonly Limit[],
  text: (value: number) => string,
): Html => {
  const values = [...points.map(({ value }) => value), ...limits.map(({ value }) => value)];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const spare = (most - least || Math.abs(most) || 1) * 0.1;
  const y = scaleLinear()
    .domain([least - spare, most + spare])
    .range([lineHeight - 12, 12]);
  const x = scalePoint<number>()
    .domain([...points.keys()])
    .range([9, 97])
    .padding(0.2);
  const at = (place: number): number => x(place) ?? 50;
  const ends = points.length > 1 ? [points[0], points.at(-1)] : points;
  return html`<svg class="chart" width="100%" height="${lineHeight + foot}" role="group" aria-label="Values of runs, the oldest at the left">${[
    ...new Set([most, least]),
  ].map((value) => html`<text x="0" y="${round(y(value)) - 4}">${text(value)}</text>`)}${ends.map(
    (point, place) =>
      point &&
      html`<text x="${percent(at(place === 0 ? 0 : points.length - 1))}" y="${lineHeight + 14}" text-anchor="${place === 0 ? 'start' : 'end'}">${point.day}</text>`,
  )}${limits.map(
    ({ name, value, kind }) =>
      html`<line class="limit ${kind}" x1="0" x2="100%" y1="${round(y(value))}" y2="${round(y(value))}"/><text x="100%" y="${round(y(value)) - 4}" text-anchor="end">${name}</text>`,
  )}${points
    .slice(1)
    .map(
      ({ value }, place) =>
        html`<line class="between-points" x1="${percent(at(place))}" x2="${percent(at(place + 1))}" y1="${round(y(points[place]?.value ?? value))}" y2="${round(y(value))}"/>`,
    )}${points.map(
    ({ name, value, outcome, href }, place) =>
      html`<a href="${href}" class="${states[outcome]}"><title>${name}: ${text(value)}, ${outcome}</title><text class="point" x="${percent(at(place))}" y="${round(y(value)) + 5}" text-anchor="middle">${marks[outcome]}</text></a>`,
  )}</svg>`;
};
