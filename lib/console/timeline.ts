// A run along time: a bar for each stage, with what it waited for, its attempts, and whether the run's length rests on it.
import { scaleUtc } from 'd3-scale';
import type { RunRecord, StageRecord } from '../records/index.ts';
import { duration } from '../support/words.ts';
import { type Html, html } from './html.ts';
import { stageLink } from './run-grid.ts';
import { plural } from './words.ts';

export interface TimelineFacts {
  readonly run: RunRecord;
  readonly stages: readonly StageRecord[];
  readonly critical: ReadonlySet<string>;
  /** The moment up to which what is under way is drawn. */
  readonly until: string;
}

const rowHeight = 26;
const barHeight = 14;
const barTop = (rowHeight - barHeight) / 2;

/** A piece of a bar, in percents of the width. */
interface Piece {
  readonly kind: 'queued' | 'tried' | 'failed' | 'waited' | 'between';
  readonly from: number;
  readonly to: number;
}

interface Span {
  readonly kind: Piece['kind'];
  readonly from: number;
  readonly to: number;
}

/** The pieces of a stage's bar, as times. */
export const spansOf = (stage: StageRecord, untilMs: number): readonly Span[] => {
  const { startedAt, endedAt, status, tries = [], measured, question, child, until } = stage;
  if (startedAt === undefined) return [];
  const begun = Date.parse(startedAt);
  const ended = endedAt === undefined ? untilMs : Date.parse(endedAt);
  const queued: readonly Span[] = measured?.queuedMs
    ? [{ kind: 'queued', from: begun - measured.queuedMs, to: begun }]
    : [];
  const isWait = question !== undefined || child !== undefined || until !== undefined;
  if (isWait || status === 'waiting') return [...queued, { kind: 'waited', from: begun, to: ended }];
  if (tries.length <= 1) return [...queued, { kind: status === 'failed' ? 'failed' : 'tried', from: begun, to: ended }];
  const spans = tries.map(({ at, ms, error }, place): Span => {
    const from = Date.parse(at);
    const next = tries[place + 1];
    const to = ms === undefined ? (next ? Date.parse(next.at) : ended) : from + ms;
    return { kind: error === undefined && (ms !== undefined || !next) ? 'tried' : 'failed', from, to };
  });
  const between = spans
    .slice(1)
    .map(({ from }, place): Span => ({ kind: 'between', from: spans[place]?.to ?? from, to: from }));
  return [...queued, ...between, ...spans];
};

const percent = (value: number): string => `${Math.round(value * 100) / 100}%`;

const pieceHtml = ({ kind, from, to }: Piece): Html => {
  const width = percent(Math.max(to - from, 0.25));
  if (kind === 'between')
    return html`<rect class="between" x="${percent(from)}" width="${width}" y="${rowHeight / 2 - 1}" height="2"/>`;
  const [y, height] = kind === 'queued' ? [barTop + 4, barHeight - 8] : [barTop, barHeight];
  return html`<rect class="${kind}" x="${percent(from)}" width="${width}" y="${y}" height="${height}" rx="2"/>`;
};

/** What the bar says, in words. */
const barText = (stage: StageRecord, spans: readonly Span[]): string => {
  const queued = spans.find(({ kind }) => kind === 'queued');
  const failed = spans.filter(({ kind }) => kind === 'failed').length;
  return [
    ...(queued ? [`queued ${duration(queued.to - queued.from)}`] : []),
    ...(stage.attempts > 1 ? [plural(stage.attempts, 'attempt')] : []),
    ...(failed > 0 && stage.status !== 'failed' ? [`${failed} failed`] : []),
  ].join(', ');
};

/** `0`, `+30 s`, `+1 h`: ticks are round. */
const tickText = (ms: number): string =>
  ms === 0
    ? '0'
    : `+${duration(ms)
        .replace(/ 0 [smh]$/, '')
        .replace('.0 s', ' s')}`;

export const timelineOf = ({ run, stages, critical, until }: TimelineFacts): Html => {
  const drawn = stages.filter(({ startedAt }) => startedAt !== undefined);
  if (drawn.length === 0) return html`<p>No stage has begun.</p>`;
  const untilMs = Date.parse(until);
  const rows = drawn.map((stage) => ({ stage, spans: spansOf(stage, untilMs) }));
  const times = rows.flatMap(({ spans }) => spans.flatMap(({ from, to }) => [from, to]));
  const first = Math.min(Date.parse(run.startedAt ?? run.createdAt), ...times);
  const last = Math.max(first + 1, ...times);
  const scale = scaleUtc()
    .domain([0, last - first])
    .range([0, 100]);
  // Round lengths of time; the text of one further right would be cut.
  const ticks = scale.ticks(5).filter((tick) => scale(tick) <= 92);
  return html`<div class="scroll" role="region" aria-label="Timeline" tabindex="0"><table class="timeline">
<thead><tr><th scope="col">Stage</th><th scope="col" class="bar"><svg width="100%" height="18" aria-hidden="true">${ticks.map(
    (tick) => html`<text x="${percent(scale(tick))}" y="13">${tickText(tick.getTime())}</text>`,
  )}</svg><span class="hidden">When</span></th><th scope="col" class="number">Took</th></tr></thead>
<tbody>${rows.map(({ stage, spans }) => {
    const isCritical = critical.has(stage.stage);
    const own = spans.filter(({ kind }) => kind !== 'queued');
    const ms = Math.max(...own.map(({ to }) => to)) - Math.min(...own.map(({ from }) => from));
    return html`<tr class="s-${stage.status}${isCritical ? ' critical' : ''}"><th scope="row"><a href="${stageLink(run, stage.stage)}">${stage.stage}</a>${isCritical ? html` <span class="on-path" title="on the critical path">◆<span class="hidden"> on the critical path</span></span>` : ''}</th>
<td class="bar"><svg width="100%" height="${rowHeight}" aria-hidden="true">${ticks.map((tick) => html`<line class="tick" x1="${percent(scale(tick))}" x2="${percent(scale(tick))}" y1="0" y2="${rowHeight}"/>`)}${spans.map(
      ({ kind, from, to }) => pieceHtml({ kind, from: scale(from - first), to: scale(to - first) }),
    )}</svg><span class="hidden">${stage.status} ${barText(stage, spans)}</span></td>
<td class="number">${duration(ms)}${barText(stage, spans) === '' ? '' : html`<br><span class="muted">${barText(stage, spans)}</span>`}</td></tr>`;
  })}</tbody></table></div>
<p class="legend"><span class="on-path">◆</span> on the critical path · <svg class="key" width="26" height="14" aria-hidden="true"><rect class="queued" y="3" width="26" height="8" rx="2"/></svg> queued · <svg class="key s-completed" width="26" height="14" aria-hidden="true"><rect class="tried" width="26" height="14" rx="2"/></svg> at work · <svg class="key s-failed" width="26" height="14" aria-hidden="true"><rect class="failed" x="1" y="1" width="24" height="12" rx="2"/></svg> failed attempt · <svg class="key s-waiting" width="26" height="14" aria-hidden="true"><rect class="waited" x="1" y="1" width="24" height="12" rx="2"/></svg> waits</p>`;
};
