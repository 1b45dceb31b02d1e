import type { Label } from '../../collect/contracts.ts';
import type { Quality, Verdict } from '../../sentiment/contracts.ts';
import type { ReportModel } from '../contracts.ts';
import { count, finePercent, percent } from '../numbers.ts';
import { type Markup, markup, nothing } from './markup.ts';
import { quoteList } from './quote-section.ts';

/** How far to believe the rest of the report. Without labels nobody can say. */
export const qualitySection = ({ quality, mistaken }: ReportModel): Markup =>
  quality
    ? markup`<section><h2>How far to trust it</h2>${figures(quality)}
<div class="pair"><div><h3>Verdicts against labels</h3>${confusion(quality)}</div>
<div><h3>Confident, and wrong</h3>${quoteList(mistaken, 'plain')}</div></div></section>`
    : markup`<section><h2>How far to trust it</h2>
<p>No review has a label, so nobody can say how often the models are right. Add a <code>label</code> column with <code>positive</code> or <code>negative</code> to some rows, and this section counts.</p></section>`;

const figures = ({
  all,
  evenLines,
  evenLinesLexiconAlone,
  byModel,
}: Quality): Markup => markup`<p class="lead">Of ${count(all.labelled)} reviews with a label, the models got <strong>${finePercent(all.accuracy)}</strong> right.</p>
<div class="scroll"><table><thead><tr><th scope="col">Measured on</th><th scope="col" class="n">Accuracy</th><th scope="col" class="n">Labelled</th><th scope="col" class="n">Undecided</th></tr></thead><tbody>
${tallyRow('All lines', all)}${tallyRow('Even lines', evenLines)}${tallyRow('Even lines, first model alone', evenLinesLexiconAlone)}
${tallyRow('Decided by the first model (lexicon)', byModel.lexicon)}${tallyRow('Passed on to the second (careful)', byModel.careful)}</tbody></table></div>
<p class="aside">The second model was developed on the odd lines of the demo sample, so for that sample the even lines are the fair figure. An undecided review counts as wrong.</p>`;

const tallyRow = (name: string, { labelled, undecided, accuracy }: Quality['all']): Markup =>
  labelled === 0
    ? nothing
    : markup`<tr><th scope="row">${name}</th><td class="n">${finePercent(accuracy)}</td><td class="n">${count(labelled)}</td><td class="n">${count(undecided)}</td></tr>`;

const verdicts: readonly Verdict[] = ['positive', 'negative', 'undecided'];

const confusion = ({ confusion: counts }: Quality): Markup => markup`<div class="scroll"><table class="matrix">
<thead><tr><th scope="col">Label ↓ read as →</th>${verdicts.map((verdict) => markup`<th scope="col" class="n">${verdict}</th>`)}</tr></thead>
<tbody>${(['positive', 'negative'] as const).map((label) => confusionRow(label, counts[label]))}</tbody></table></div>
<p class="aside">✓ marks agreement. Percentages are of the row.</p>`;

const confusionRow = (label: Label, counts: Record<Verdict, number>): Markup => {
  const total = Math.max(1, counts.positive + counts.negative + counts.undecided);
  return markup`<tr><th scope="row">${label}</th>${verdicts.map(
    (verdict) =>
      markup`<td class="n${verdict === label ? ' agrees' : ''}">${verdict === label ? '✓ ' : ''}${count(counts[verdict])}<small>${percent(counts[verdict] / total)}</small></td>`,
  )}</tr>`;
};
