import type { Quote, ReportModel } from '../contracts.ts';
import { longDay, signedScore } from '../numbers.ts';
import { type Markup, markup } from './markup.ts';

/** Characters of a review that a quotation shows. */
const longest = 280;

export const quoteSection = ({ best, worst }: ReportModel): Markup => markup`<section><h2>In their own words</h2>
<div class="pair"><div><h3 class="good"><span aria-hidden="true">▲</span> The happiest</h3>${quoteList(best, 'good')}</div>
<div><h3 class="bad"><span aria-hidden="true">▼</span> The unhappiest</h3>${quoteList(worst, 'bad')}</div></div></section>`;

export const quoteList = (quotes: readonly Quote[], tone: 'good' | 'bad' | 'plain'): Markup =>
  quotes.length === 0
    ? markup`<p class="aside">None.</p>`
    : markup`<ul class="quotes ${tone}">${quotes.map(
        (quote) => markup`<li><blockquote>${shorten(quote.text)}</blockquote><p>${captionOf(quote)}</p></li>`,
      )}</ul>`;

const captionOf = ({ source, date, score, line, label, verdict }: Quote): string => {
  const mistake = label !== undefined && label !== verdict ? ` · read as ${verdict}, labelled ${label}` : '';
  return `${source}, ${longDay(date)} · line ${line} · score ${signedScore(score)}${mistake}`;
};

const shorten = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 1).trimEnd()}…`);
