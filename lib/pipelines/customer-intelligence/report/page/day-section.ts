import type { ReportModel, SourceLine } from '../contracts.ts';
import { percent, plural, shortDay } from '../numbers.ts';
import { overallDays } from '../overall-days.ts';
import { type Markup, markup, nothing } from './markup.ts';
import { plot } from './plot.ts';

/** More panels than this are a wall; the table of sources has them all. */
const panels = 6;

/** Sentiment by day: all together, then each source in its own panel, so that no colour has to tell them apart. */
export const daySection = (model: ReportModel): Markup => {
  const { from, to } = model;
  const days = overallDays(model.days);
  const shown = model.sources.slice(0, panels);
  const left = model.sources.length - shown.length;
  return markup`<section><h2>Day by day</h2>
<p class="lead">The share of reviews that are positive. The dashed line is half.</p>
<figure><figcaption>All sources</figcaption>${plot({ id: 'all', title: 'Positive reviews by day, all sources', days, from, to, tall: true })}</figure>
${shown.length > 1 ? markup`<div class="panels">${shown.map((source, index) => panel(model, source, index))}</div>` : nothing}
${left > 0 ? markup`<p class="aside">${plural(left, 'smaller source')} without a chart of their own: see the table of sources.</p>` : nothing}
<details><summary>The numbers behind the chart</summary><div class="scroll"><table>
<thead><tr><th scope="col">Day</th><th scope="col">Source</th><th scope="col" class="n">Reviews</th><th scope="col" class="n">Positive</th></tr></thead>
<tbody>${model.days.map(
    (day) =>
      markup`<tr><td>${shortDay(day.day)}</td><td>${day.source}</td><td class="n">${day.reviews}</td><td class="n">${percent(day.positive)}</td></tr>`,
  )}</tbody></table></div></details></section>`;
};

const panel = ({ days, from, to }: ReportModel, { source, reviews, positive }: SourceLine, index: number): Markup => {
  const own = days.filter((day) => day.source === source);
  return markup`<figure><figcaption>${source} <small>${percent(positive)} of ${plural(reviews, 'review')}</small></figcaption>${plot(
    { id: `source-${index}`, title: `Positive reviews by day, ${source}`, days: own, from, to },
  )}</figure>`;
};
