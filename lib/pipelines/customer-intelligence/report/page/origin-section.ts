import type { ReportModel } from '../contracts.ts';
import { count, percent, plural } from '../numbers.ts';
import { type Markup, markup, nothing } from './markup.ts';

/** What was left out, and how the rest was made. */
export const originSection = (
  model: ReportModel,
): Markup => markup`<section><h2>What was left out</h2>${rejections(model)}</section>
<section><h2>How it was made</h2>${routing(model)}
<ol class="runs">${model.runs.map(({ pipeline, run }) => markup`<li><strong>${pipeline}</strong><code>${run}</code></li>`)}</ol></section>`;

const rejections = ({ rejected, rejectedCount, rows, file }: ReportModel): Markup =>
  rejectedCount === 0
    ? markup`<p>Nothing: all ${plural(rows, 'row')} of <code>${file}</code> could be read.</p>`
    : markup`<p>${plural(rejectedCount, 'row')} of ${count(rows)} in <code>${file}</code> could not be used. Each is kept as a dead letter of the stage <code>collect.validate</code>, so that it can be mended and replayed.</p>
<ul class="rejected">${rejected.map(({ why }) => markup`<li>${why}</li>`)}</ul>
${rejectedCount > rejected.length ? markup`<p class="aside">And ${count(rejectedCount - rejected.length)} more: see the dead letters.</p>` : nothing}`;

const routing = ({ models, reviews }: ReportModel): Markup => {
  const share = models.lexicon / Math.max(1, reviews);
  const sure = Math.round(share * 100);
  return markup`<p>A word list (AFINN) scored every review and was sure of ${count(models.lexicon)} of them. A slower model, which reads clause by clause, decided the other ${count(models.careful)}.</p>
<figure class="share"><svg viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-labelledby="routing-title routing-desc"><title id="routing-title">Which model decided</title><desc id="routing-desc">The word list decided ${percent(share)} of the reviews, the careful model ${percent(1 - share)}.</desc><rect class="first" width="${sure}" height="4"/><rect class="second" x="${sure}" width="${100 - sure}" height="4"/></svg>
<figcaption><span>word list ${percent(share)}</span><span>careful model ${percent(1 - share)}</span></figcaption></figure>`;
};
