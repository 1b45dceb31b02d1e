// Scores and checks of runs over time, with their limits, and whether they have drifted.
import type { ScoreLimit } from '../records/index.ts';
import { type Limit, pointChart } from './chart.ts';
import { type Html, html } from './html.ts';
import type { Page } from './page.ts';
import { pipelineLink, runLink } from './run-list.ts';
import { momentText, plural } from './words.ts';

export interface QualityLine {
  readonly pipeline: string;
  readonly stage: string;
  readonly kind: 'score' | 'check';
  readonly name: string;
  readonly runs: number;
  readonly mean: number;
  readonly warned: number;
  readonly blocked: number;
  readonly warn?: ScoreLimit;
  readonly block?: ScoreLimit;
  readonly baseline?: number;
  readonly drift: { readonly kind: 'unknown' | 'none' | 'up' | 'down' };
  /** Oldest first. */
  readonly readings: readonly {
    readonly run: string;
    readonly partition: string;
    readonly at: string;
    readonly value: number;
    readonly outcome: 'passed' | 'warned' | 'blocked';
  }[];
}

const mostPoints = 60;

const limitsOf = ({ warn, block }: QualityLine): readonly Limit[] =>
  (
    [
      ['warn', warn],
      ['block', block],
    ] as const
  ).flatMap(([kind, limit]) =>
    (
      [
        ['below', limit?.below],
        ['above', limit?.above],
      ] as const
    ).flatMap(([side, value]) => (value === undefined ? [] : [{ name: `${kind}s ${side} ${value}`, value, kind }])),
  );

const driftText = ({ drift, baseline }: QualityLine): string => {
  const before = baseline === undefined ? '' : ` (mean before: ${baseline.toPrecision(3)})`;
  if (drift.kind === 'unknown') return `too few runs to tell a drift${before}`;
  return drift.kind === 'none' ? `no drift${before}` : `has drifted ${drift.kind}${before}`;
};

const lineHtml = (line: QualityLine): Html => {
  const { pipeline, stage, kind, name, runs, mean, warned, blocked, readings, drift } = line;
  const shown = readings.slice(-mostPoints);
  const drifted = drift.kind === 'up' || drift.kind === 'down';
  return html`<article class="card"><h2>${name} <span class="muted">${kind} of <a href="${pipelineLink(pipeline)}">${pipeline}</a> ${stage}</span></h2>
<p>${kind === 'score' ? `mean ${mean.toPrecision(3)}` : `held in ${Math.round(mean * 100)} %`} of ${plural(runs, 'run')}${warned > 0 ? `, ${warned} warned` : ''}${blocked > 0 ? `, ${blocked} blocked` : ''}; ${drifted ? html`<strong>${driftText(line)}</strong>` : driftText(line)}</p>
${pointChart(
  shown.map(({ run, partition, at, value, outcome }) => ({
    name: `${partition}, ${momentText(at)}`,
    day: at.slice(0, 10),
    value,
    outcome,
    href: runLink({ pipeline, run }),
  })),
  limitsOf(line),
  (value) => (kind === 'score' ? value.toPrecision(3) : value === 1 ? 'held' : 'not held'),
)}</article>`;
};

export const qualityPage = (lines: readonly QualityLine[]): Page => ({
  title: 'Quality',
  restMs: 60_000,
  regions: [
    {
      id: 'quality',
      body: html`<p class="muted">Scores and checks of the last 7 days, compared with the 28 days before. ● passed ▲ warned ✗ blocked; each leads to its run.</p>${
        lines.length === 0
          ? html`<p>No run of that time has a score or a check. A handler scores with <code>score('faithful', 0.83)</code>; a pipeline checks with <code>flow.check</code>.</p>`
          : lines.map(lineHtml)
      }`,
    },
  ],
});
