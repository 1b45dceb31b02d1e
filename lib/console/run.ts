// One run: what it is, how each of its stages stands, what it gave.
import {
  type AuditEntry,
  type DeadLetter,
  isCompensating,
  type Json,
  letterName,
  type RunRecord,
  type StageRecord,
  upstreamRunsOf,
} from '../records/index.ts';
import { duration } from '../support/words.ts';
import { type Html, html, link } from './html.ts';
import { lostPage, type Page } from './page.ts';
import { stageLink } from './run-grid.ts';
import { pipelineLink, runLink } from './run-list.ts';
import { badge, count, moment, momentText, plural, took } from './words.ts';

export interface RunFacts {
  readonly run: RunRecord;
  /** Those that have begun or ended, in the order in which they began. */
  readonly stages: readonly StageRecord[];
  /** Ids of the stages that the pipeline has now: those that have no record yet are pending. */
  readonly planned: readonly string[];
  readonly deadLetters: readonly DeadLetter[];
  readonly audit: readonly AuditEntry[];
  /** Undefined when the run gave none, or part of it will not come. */
  readonly output: Json | undefined;
}

type Fact = readonly [name: string, value: Html | string | undefined];

const definitions = (facts: readonly Fact[]): Html =>
  html`<dl class="facts">${facts.map(([name, value]) =>
    value === undefined ? '' : html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`;

const factsOf = ({ run }: RunFacts): Html => {
  const above = upstreamRunsOf(run);
  const { resume, parent, deadline, compensation } = run;
  return html`<p class="lead">${badge(run.status)} ${run.deadLetters ? html`<span class="dead">${plural(run.deadLetters, 'dead letter')}</span> ` : ''}of <a href="${pipelineLink(run.pipeline)}">${run.pipeline}</a></p>${
    run.cause === undefined ? '' : html`<pre class="cause">${run.error ? `${run.error}: ` : ''}${run.cause}</pre>`
  }${definitions([
    ['Partition', run.partition],
    ['Trigger', `${run.trigger.kind}: ${run.trigger.detail}`],
    ['Asked for', moment(run.createdAt)],
    ['Began', run.startedAt && moment(run.startedAt)],
    ['Took', run.startedAt && took(run.startedAt, run.endedAt)],
    ['Waits', run.status === 'pending' ? run.waits : undefined],
    [
      'Reads from',
      above.length > 0
        ? html`${above.slice(0, 8).map((one) => html`<a href="${runLink(one)}">${one.pipeline} ${one.partition ?? one.run}</a> `)}${above.length > 8 ? `and ${above.length - 8} more` : ''}`
        : undefined,
    ],
    [
      'Executions',
      run.generation === undefined
        ? undefined
        : `${run.generation}, the last ${resume ? `by ${resume.by}: ${resume.reason}` : ''}`,
    ],
    [
      'Forked',
      parent &&
        html`from ${parent.from} of <a href="${runLink({ pipeline: run.pipeline, run: parent.run })}">${parent.run}</a>`,
    ],
    ['Deadline', deadline && `${momentText(deadline.at)}${run.late ? ', missed' : ''}`],
    [
      'Undone',
      compensation && `${compensation.status}${compensation.status === 'failed' ? `: ${compensation.cause}` : ''}`,
    ],
    ['Definition', run.definitionHash && html`<code>${run.definitionHash}</code>`],
    ['Execution', run.executionArn && html`<code>${run.executionArn}</code>`],
  ])}`;
};

/** What can be done with a run as it stands. */
const actionsOf = ({ pipeline, run, status, compensation }: RunRecord): Html => {
  const isOver = status === 'completed' || status === 'failed' || status === 'cancelled';
  const action = (name: string, text: string): Html =>
    html`<a href="${link(['do', name], { pipeline, run })}">${text}</a>`;
  const offered = [
    ...(isOver || status === 'skipped' ? [] : [action('cancel', 'Cancel')]),
    ...(isOver && status !== 'completed' && !isCompensating({ compensation })
      ? [action('resume', 'Let it go on')]
      : []),
  ];
  return offered.length === 0 ? html`` : html`<p class="actions">${offered}</p>`;
};

/** Why a stage is as it is. */
export const whyOf = (record: StageRecord): string => {
  const {
    stage,
    status,
    question,
    until,
    error,
    cause = '',
    reason,
    warning,
    via,
    primary,
    substituted,
    cachedFrom,
    items,
  } = record;
  if (substituted) return `the value of onFailure, for ${error}: ${cause}`;
  if (status === 'completed' && via) return `by the fallback ${via}, for ${primary?.error}: ${primary?.cause}`;
  if (status === 'waiting')
    return `${question?.prompt ?? 'waits'}${until === undefined ? '' : ` (until ${momentText(until)})`}`;
  if (error !== undefined) return `${error}: ${cause}`;
  if (warning !== undefined) return warning;
  if (cachedFrom)
    return `cached from ${cachedFrom.run}${cachedFrom.stage === stage ? '' : `, stage ${cachedFrom.stage}`}`;
  if (items?.cached) return `${plural(items.cached, 'item')} cached`;
  return reason ?? '';
};

/** Milliseconds that a stage took; undefined when it did not run, or still does. */
const stageMs = ({ durationMs, startedAt, endedAt, status }: StageRecord): number | undefined => {
  if (durationMs !== undefined) return durationMs;
  if (status === 'skipped' || startedAt === undefined || endedAt === undefined) return undefined;
  return Date.parse(endedAt) - Date.parse(startedAt);
};

const stageRow = (run: RunRecord, stage: StageRecord): Html => {
  const ms = stageMs(stage);
  const { items } = stage;
  const isUnderWay = stage.status === 'running' || stage.status === 'waiting';
  return html`<tr>
<td><a href="${stageLink(run, stage.stage)}">${stage.stage}</a></td>
<td>${badge(stage.status)}</td>
<td class="number">${stage.attempts}</td>
<td class="number">${ms !== undefined ? duration(ms) : isUnderWay ? took(stage.startedAt, undefined) : '–'}</td>
<td class="number">${items ? count(items.total) : '–'}</td>
<td class="number">${items ? count(items.failed) : '–'}</td>
<td class="why">${whyOf(stage)}</td>
</tr>`;
};

const stagesOf = ({ run, stages, planned }: RunFacts): Html => {
  const known = new Set(stages.map(({ stage }) => stage));
  const missing = run.endedAt === undefined ? planned.filter((id) => !known.has(id)) : [];
  return html`<h2>Stages</h2><div class="scroll" role="region" aria-label="Stages" tabindex="0"><table class="list">
<thead><tr><th scope="col">Stage</th><th scope="col">Status</th><th scope="col" class="number">Attempts</th><th scope="col" class="number">Took</th><th scope="col" class="number">Items</th><th scope="col" class="number">Failed</th><th scope="col">Why</th></tr></thead>
<tbody>${stages.map((stage) => stageRow(run, stage))}${missing.map(
    (id) =>
      html`<tr><td>${id}</td><td>${badge('pending')}</td><td class="number">–</td><td class="number">–</td><td class="number">–</td><td class="number">–</td><td></td></tr>`,
  )}</tbody></table></div>`;
};

const shownLetters = 20;

const lettersOf = ({ deadLetters }: RunFacts): Html =>
  deadLetters.length === 0
    ? html``
    : html`<h2>Dead letters</h2><div class="scroll" role="region" aria-label="Dead letters" tabindex="0"><table class="list">
<thead><tr><th scope="col">Dead letter</th><th scope="col">State</th><th scope="col" class="number">Attempts</th><th scope="col">Failed</th><th scope="col">Why</th></tr></thead>
<tbody>${deadLetters
        .slice(0, shownLetters)
        .map(
          (letter) =>
            html`<tr><td class="id">${letterName(letter)}</td><td>${letter.state ?? 'open'}</td><td class="number">${letter.attempts}</td><td>${moment(letter.lastAt)}</td><td class="why">${letter.error}: ${letter.cause}</td></tr>`,
        )}</tbody></table></div>${deadLetters.length > shownLetters ? html`<p>… and ${count(deadLetters.length - shownLetters)} more.</p>` : ''}`;

const historyOf = ({
  audit,
}: RunFacts): Html => html`<h2>History</h2><div class="scroll" role="region" aria-label="History" tabindex="0"><table class="list">
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">By</th><th scope="col">Detail</th></tr></thead>
<tbody>${audit.map(({ at, what, by, detail }) => html`<tr><td>${moment(at)}</td><td>${what}</td><td>${by}</td><td class="why">${detail}</td></tr>`)}</tbody></table></div>`;

/** More characters of a value are not read by a person. */
const longestValue = 20_000;

export const valueBlock = (value: Json): Html => {
  const text = JSON.stringify(value, null, 2);
  return html`<pre class="value" tabindex="0">${text.slice(0, longestValue)}</pre>${
    text.length > longestValue ? html`<p>… ${count(text.length - longestValue)} more characters.</p>` : ''
  }`;
};

export const runPage = (facts: RunFacts): Page => ({
  title: `${facts.run.pipeline} ${facts.run.partition === facts.run.run ? facts.run.run : facts.run.partition}`,
  regions: [
    { id: 'run', body: html`${actionsOf(facts.run)}${factsOf(facts)}` },
    { id: 'stages', body: stagesOf(facts) },
    { id: 'letters', body: lettersOf(facts) },
    { id: 'output', body: facts.output === undefined ? html`` : html`<h2>Output</h2>${valueBlock(facts.output)}` },
    { id: 'history', body: historyOf(facts) },
  ],
});

/** A run that is not in the ledger: it never was, or it is kept no longer. */
export const vanishedRun = (pipeline: string, run: string, code: string): Page =>
  lostPage(
    'This run is gone',
    `${code}: the ledger has no run ${run} of ${pipeline}.`,
    'It was deleted when its time in the ledger was over (retention), or the address is wrong. The pipeline’s page lists the runs that there are.',
  );
