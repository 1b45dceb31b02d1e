import type { ReportModel, ShownMover, ShownTerm } from '../contracts.ts';
import { finePercent, plural, shortDay, signedScore } from '../numbers.ts';
import { type Markup, markup, nothing } from './markup.ts';

export const termSection = (model: ReportModel): Markup => markup`<section><h2>What they talk about</h2>
<p class="lead">Subjects whose reviews are better or worse than usual, with the mean score of the reviews that mention them (from −1 to +1).</p>
<div class="pair">${bars('Praised', '▲', 'good', model.praised)}${bars('Criticised', '▼', 'bad', model.criticised)}</div>
${movers(model)}</section>`;

const bars = (title: string, mark: string, tone: 'good' | 'bad', terms: readonly ShownTerm[]): Markup =>
  markup`<div><h3 class="${tone}"><span aria-hidden="true">${mark}</span> ${title}</h3>${
    terms.length === 0
      ? markup`<p class="aside">No subject stands out.</p>`
      : markup`<ul class="bars">${terms.map((term) => bar(tone, term))}</ul>`
  }</div>`;

const bar = (tone: 'good' | 'bad', { term, reviews, mean }: ShownTerm): Markup =>
  markup`<li><span class="term">${term} <small>${plural(reviews, 'review')}</small></span><span class="value">${signedScore(mean)}</span><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="6"/><rect class="${tone}" width="${Math.round(Math.abs(mean) * 100)}" height="6"/></svg></li>`;

const movers = ({ risers, fallers, middle }: ReportModel): Markup =>
  risers.length + fallers.length === 0
    ? nothing
    : markup`<h3>More and less talked about since ${shortDay(middle)}</h3><div class="scroll"><table>
<thead><tr><th scope="col">Subject</th><th scope="col" class="n">Share before</th><th scope="col" class="n">Share since</th><th scope="col" class="n">Mean score</th></tr></thead>
<tbody>${risers.map((term) => moverRow('▲ more', term))}${fallers.map((term) => moverRow('▼ less', term))}</tbody></table></div>
<p class="aside">Shares of all reviews in each half of the period, where they differ by two standard errors or more. Among hundreds of words a few do so by chance.</p>`;

const moverRow = (direction: string, { term, before, after, mean }: ShownMover): Markup =>
  markup`<tr><th scope="row">${term} <small>${direction}</small></th><td class="n">${finePercent(before)}</td><td class="n">${finePercent(after)}</td><td class="n">${mean === null ? 'no score' : signedScore(mean)}</td></tr>`;
