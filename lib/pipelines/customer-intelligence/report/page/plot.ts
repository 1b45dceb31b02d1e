// A share by day as a stretched SVG with HTML labels around it: the drawing scales with the page, the words do not.

import { count, longDay, percent, plural, shortDay } from '../numbers.ts';
import type { ChartDay } from '../overall-days.ts';
import { type Markup, markup, nothing } from './markup.ts';

export interface Plot {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  readonly days: readonly ChartDay[];
  /** The days that the horizontal axis covers, both included. */
  readonly from: string;
  readonly to: string;
  readonly tall?: boolean;
}

const width = 1000;
const height = 100;
const dayMs = 86_400_000;

export const plot = ({ id, title, days, from, to, tall }: Plot): Markup => {
  const span = Math.max(1, (Date.parse(to) - Date.parse(from)) / dayMs);
  const x = (day: string) => (from === to ? width / 2 : ((Date.parse(day) - Date.parse(from)) / dayMs / span) * width);
  const points = days.map((one) => ({ ...one, x: round(x(one.day)), y: round((1 - one.positive) * height) }));
  const line = points.map(({ x: left, y }, index) => `${index === 0 ? 'M' : 'L'}${left} ${y}`).join('');
  const [first, last] = [points.at(0), points.at(-1)];
  const area = first && last ? `${line}L${last.x} ${height}L${first.x} ${height}Z` : '';
  return markup`<div class="plot${tall ? ' tall' : ''}">
<div class="y-axis" aria-hidden="true"><span>100%</span><span>50%</span><span>0%</span></div>
<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${describe(days)}</desc>
<path class="grid" d="M0 0H${width}M0 ${height}H${width}"/><path class="grid half" d="M0 ${height / 2}H${width}"/>
<path class="area" d="${area}"/><path class="line" d="${line}"/>
${points.map((point) => markup`<path class="dot" d="M${point.x} ${point.y}h0"/>`)}
${points.map(
  (point) =>
    markup`<rect class="hit" x="${round(point.x - width / span / 2)}" y="0" width="${round(width / span)}" height="${height}"><title>${longDay(
      point.day,
    )}: ${percent(point.positive)} of ${plural(point.reviews, 'review')} positive</title></rect>`,
)}
</svg>
<div class="x-axis" aria-hidden="true">${ticks(from, to, span)}</div>
</div>`;
};

const round = (value: number): number => Math.round(value * 10) / 10;

const ticks = (from: string, to: string, span: number): Markup => {
  if (from === to) return markup`<span class="only">${shortDay(from)}</span>`;
  const middle = new Date(Date.parse(from) + Math.round(span / 2) * dayMs).toISOString().slice(0, 10);
  return markup`<span>${shortDay(from)}</span>${span > 2 ? markup`<span>${shortDay(middle)}</span>` : nothing}<span>${shortDay(to)}</span>`;
};

/** What the drawing shows, for somebody who cannot see it. */
const describe = (days: readonly ChartDay[]): string => {
  const best = days.toSorted((a, b) => b.positive - a.positive).at(0);
  const worst = days.toSorted((a, b) => a.positive - b.positive).at(0);
  if (!best || !worst) return 'There are no days with reviews.';
  const reviews = days.reduce((sum, day) => sum + day.reviews, 0);
  return (
    `The share of positive reviews by day, ${count(reviews)} reviews over ${plural(days.length, 'day')}. ` +
    `Highest on ${longDay(best.day)} with ${percent(best.positive)}, ` +
    `lowest on ${longDay(worst.day)} with ${percent(worst.positive)}.`
  );
};
