import type { ReportModel } from '../contracts.ts';
import { count, finePercent, percent, shortDay, signedScore } from '../numbers.ts';
import { type Markup, markup, nothing } from './markup.ts';

export const sourceSection = ({ sources, quality }: ReportModel): Markup => markup`<section><h2>Where they say it</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">Source</th><th scope="col" class="n">Reviews</th><th scope="col" class="n">Positive</th><th scope="col" class="n">Mean score</th>${
  quality ? markup`<th scope="col" class="n">Agrees with labels</th>` : nothing
}</tr></thead>
<tbody>${sources.map(
  (source) =>
    markup`<tr><th scope="row">${source.source}<small class="under">${source.from === source.to ? shortDay(source.from) : `${shortDay(source.from)} – ${shortDay(source.to)}`}</small></th><td class="n">${count(source.reviews)}</td><td class="n">${percent(source.positive)}</td><td class="n">${signedScore(source.mean)}</td>${
      quality
        ? markup`<td class="n">${source.accuracy === null ? 'no labels' : finePercent(source.accuracy)}</td>`
        : nothing
    }</tr>`,
)}</tbody></table></div></section>`;
