// The report as one HTML file: no scripts, no fonts, nothing to fetch.
import type { ReportModel } from '../contracts.ts';
import { count, finePercent, longDay, percent, plural, signedScore } from '../numbers.ts';
import { daySection } from './day-section.ts';
import { type Markup, markup, nothing } from './markup.ts';
import { originSection } from './origin-section.ts';
import { qualitySection } from './quality-section.ts';
import { quoteSection } from './quote-section.ts';
import { sourceSection } from './source-section.ts';
import { style } from './style.ts';
import { termSection } from './term-section.ts';

export const renderPage = (model: ReportModel): string =>
  markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${model.title}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="kicker">${model.title} · ${period(model)}</p>
<h1>${model.headline}</h1>
<dl class="tiles">${tiles(model)}</dl>
${model.notes.map((note) => markup`<p class="note"><strong>Note on the data.</strong> ${note}</p>`)}
</header>
<main>
${daySection(model)}
${termSection(model)}
${sourceSection(model)}
${quoteSection(model)}
${qualitySection(model)}
${originSection(model)}
</main>
</body>
</html>
`.text;

const period = ({ from, to }: ReportModel): string =>
  from === to ? longDay(from) : `${longDay(from)} – ${longDay(to)}`;

const tiles = ({ reviews, sources, verdicts, mean, quality, models, rejectedCount }: ReportModel): Markup => markup`
${tile('Reviews', count(reviews), `from ${plural(sources.length, 'source')}`)}
${tile('Positive', percent(verdicts.positive / Math.max(1, reviews)), `${count(verdicts.negative)} negative, ${count(verdicts.undecided)} undecided`)}
${tile('Mean score', signedScore(mean), 'from −1 to +1')}
${quality ? tile('Agrees with labels', finePercent(quality.all.accuracy), `of ${count(quality.all.labelled)} labelled`) : nothing}
${tile('Second look', percent(models.careful / Math.max(1, reviews)), 'read by the careful model')}
${tile('Rejected', count(rejectedCount), rejectedCount === 1 ? 'row, a dead letter' : 'rows, as dead letters')}`;

const tile = (name: string, value: string, detail: string): Markup =>
  markup`<div><dt>${name}</dt><dd>${value}<small>${detail}</small></dd></div>`;
