// One stage of a run: what it was given, what it gave, how often it was tried, what went wrong.
import type { BatchRecord, DeadLetter, LogLine, RunRecord, StageRecord } from '../records/index.ts';
import { isCompensating, letterName } from '../records/index.ts';
import { duration } from '../support/words.ts';
import { definitions } from './facts.ts';
import { type Html, html, link } from './html.ts';
import { letterLink } from './letter-groups.ts';
import { lineageLink } from './lineage.ts';
import type { Page } from './page.ts';
import { stageLink } from './run-grid.ts';
import { hasEnded, runLink } from './run-list.ts';
import { stageMs, whyOf } from './stage-words.ts';
import { moreThan, notAll, tableOf } from './table.ts';
import { type Known, knownBlock } from './value.ts';
import { badge, count, moment, plural, took } from './words.ts';

export interface StageLogs {
  /** Oldest first. */
  readonly lines: readonly LogLine[];
  readonly cut: boolean;
  /** Why they cannot be read. */
  readonly problem?: string;
}

export type BatchState = Pick<BatchRecord, 'batch' | 'status' | 'attempts' | 'completed' | 'failed' | 'durationMs'>;

export interface StageFacts {
  readonly run: RunRecord;
  readonly stage: string;
  /** Undefined before it began. */
  readonly record: StageRecord | undefined;
  readonly needs: readonly string[];
  /** The stages that hang on it. */
  readonly below: readonly string[];
  readonly input: Known;
  readonly output: Known;
  readonly batches: readonly BatchState[];
  readonly letters: readonly DeadLetter[];
  /** There are more of them. */
  readonly moreLetters: boolean;
  readonly logs: StageLogs;
}

const factsOf = ({ run, record, needs, below }: StageFacts): Html => {
  const links = (stages: readonly string[]): Html | undefined =>
    stages.length === 0
      ? undefined
      : html`${stages.map((stage) => html`<a href="${stageLink(run, stage)}">${stage}</a> `)}`;
  const { measured, scores } = record ?? {};
  const ms = record && stageMs(record);
  const bytes = (n: number | undefined): string | undefined => (n === undefined ? undefined : `${count(n)} bytes`);
  return definitions([
    ['Began', record?.startedAt && moment(record.startedAt)],
    ['Took', ms === undefined ? record?.startedAt && took(record.startedAt, record.endedAt) : duration(ms)],
    ['Attempts', record && String(record.attempts)],
    ['Queued', measured?.queuedMs === undefined ? undefined : duration(measured.queuedMs)],
    ['Items', record?.items && `${plural(record.items.total, 'item')}, ${count(record.items.failed)} failed`],
    ['Input', bytes(measured?.bytesIn)],
    ['Output', bytes(measured?.bytesOut)],
    [
      'Memory',
      measured?.memoryMb === undefined
        ? undefined
        : `${measured.usedMb === undefined ? '' : `${count(measured.usedMb)} of `}${count(measured.memoryMb)} MB`,
    ],
    ['Billed', measured?.billedMs === undefined ? undefined : duration(measured.billedMs)],
    ...Object.entries(scores ?? {}).map(
      ([name, { count: n, sum, min, max }]) =>
        [`Score ${name}`, `${(sum / n).toPrecision(3)} (${plural(n, 'value')}, ${min} to ${max})`] as const,
    ),
    ['Answered', record?.answered && html`by ${record.answered.by}, ${moment(record.answered.at)}`],
    [
      'Runs',
      record?.child && html`<a href="${runLink(record.child)}">${record.child.pipeline} ${record.child.run}</a>`,
    ],
    ['Depends on', links(needs)],
    ['Needed by', links(below)],
  ]);
};

/** What can be done with the stage as it stands. */
const actionsOf = ({ run: of, stage, record }: StageFacts): Html => {
  const { pipeline, run, partition, compensation } = of;
  const act = (to: string, text: string): Html => html`<a href="${to}">${text}</a>`;
  const isAsking = record?.status === 'waiting' && record.question !== undefined;
  const offered = [
    ...(isAsking ? [act(link(['do', 'answer'], { pipeline, run, stage }), 'Answer')] : []),
    ...(record && hasEnded(of) && !isCompensating({ compensation })
      ? [act(link(['do', 'resume'], { pipeline, run, from: stage }), 'Run it again from here')]
      : []),
    ...(record?.status === 'completed' ? [act(lineageLink(`${pipeline}/${stage}/${partition}`, run), 'Lineage')] : []),
  ];
  return offered.length === 0 ? html`` : html`<p class="actions">${offered}</p>`;
};

const triesOf = ({ record }: StageFacts): Html => {
  const { tries = [] } = record ?? {};
  if (tries.length < 2 && tries.every(({ error }) => error === undefined)) return html``;
  return html`<h2>Attempts</h2>${tableOf(
    'Attempts',
    [
      { heading: 'Attempt', kind: 'number' },
      { heading: 'Began' },
      { heading: 'Took', kind: 'number' },
      { heading: 'Ended with', kind: 'why' },
    ],
    tries.map(({ at, ms, error }, place) => [
      place + 1,
      moment(at),
      ms === undefined ? '–' : duration(ms),
      error ?? (ms === undefined ? 'not yet, or it was killed' : 'success'),
    ]),
  )}`;
};

const shownBatches = 100;
const shownLetters = 50;

const batchesOf = ({ batches }: StageFacts): Html =>
  batches.length === 0
    ? html``
    : html`<h2>Batches</h2>${tableOf(
        'Batches',
        [
          { heading: 'Batch', kind: 'number' },
          { heading: 'Status' },
          { heading: 'Attempts', kind: 'number' },
          { heading: 'Completed', kind: 'number' },
          { heading: 'Failed', kind: 'number' },
          { heading: 'Took', kind: 'number' },
        ],
        batches
          .slice(0, shownBatches)
          .map(({ batch, status, attempts, completed = 0, failed = 0, durationMs }) => [
            batch,
            badge(status),
            attempts,
            count(completed),
            count(failed),
            durationMs === undefined ? '–' : duration(durationMs),
          ]),
      )}${moreThan(shownBatches, batches.length)}`;

const lettersOf = ({ letters, moreLetters }: StageFacts): Html =>
  letters.length === 0
    ? html``
    : html`<h2>Dead letters</h2>${tableOf(
        'Dead letters',
        [
          { heading: 'Dead letter', kind: 'id' },
          { heading: 'State' },
          { heading: 'Attempts', kind: 'number' },
          { heading: 'Why', kind: 'why' },
        ],
        letters
          .slice(0, shownLetters)
          .map((letter) => [
            html`<a href="${letterLink(letter)}">${letterName(letter)}</a>`,
            letter.state ?? 'open',
            letter.attempts,
            `${letter.error}: ${letter.cause}`,
          ]),
      )}${moreLetters ? notAll(letters.length) : moreThan(shownLetters, letters.length)}`;

const logsOf = ({ logs: { lines, cut, problem } }: StageFacts): Html => {
  if (problem !== undefined) return html`<h2>Logs</h2><p class="muted">They cannot be read: ${problem}</p>`;
  if (lines.length === 0) return html`<h2>Logs</h2><p class="muted">Nothing was logged.</p>`;
  return html`<h2>Logs</h2>${tableOf(
    'Logs',
    [{ heading: 'When (UTC)', kind: 'id' }, { heading: 'Level' }, { heading: 'Message', kind: 'why' }],
    lines.map(({ at, level, message, fields: { requestId: _, ...fields } }) => [
      at.slice(11, 23),
      level,
      Object.keys(fields).length > 0 ? `${message} ${JSON.stringify(fields)}` : message,
    ]),
  )}${cut ? html`<p class="muted">There is more: npx heddle logs.</p>` : ''}`;
};

export const stagePage = (facts: StageFacts): Page => {
  const { run, stage, record, input, output } = facts;
  const why = record && whyOf(record);
  const isBad = record?.error !== undefined;
  return {
    title: stage,
    regions: [
      {
        id: 'stage',
        body: html`${actionsOf(facts)}<p class="lead">${badge(record?.status ?? 'pending')} in <a href="${runLink(run)}">${run.pipeline} ${run.run}</a></p>${
          why ? html`<pre class="${isBad ? 'cause' : 'said'}">${why}</pre>` : ''
        }${record?.warning && record.warning !== why ? html`<pre class="said">${record.warning}</pre>` : ''}${factsOf(facts)}`,
      },
      { id: 'tries', body: triesOf(facts) },
      { id: 'input', body: html`<h2>Input</h2>${knownBlock(input)}` },
      { id: 'output', body: html`<h2>Output</h2>${knownBlock(output)}` },
      { id: 'batches', body: batchesOf(facts) },
      { id: 'letters', body: lettersOf(facts) },
      { id: 'logs', body: logsOf(facts) },
    ],
  };
};
