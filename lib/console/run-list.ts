// Runs as a table, newest first.
import type { RunRecord } from '../records/index.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { tableOf } from './table.ts';
import { badge, count, moment, took } from './words.ts';

export const runLink = ({ pipeline, run }: Pick<RunRecord, 'pipeline' | 'run'>): string =>
  link(['runs', pipeline, run]);

export const pipelineLink = (pipeline: string): string => link(['pipelines', pipeline]);

/** Why a run was not started, or not yet, or failed: a word to the status. */
const why = ({ status, cause, waits }: RunRecord): string | undefined =>
  status === 'pending' ? waits : status === 'completed' ? undefined : cause;

export const partitionText = ({ partition, run }: Pick<RunRecord, 'partition' | 'run'>): string =>
  partition === run ? '–' : partition;

export const statusOf = ({ status, deadLetters }: RunRecord): Html =>
  html`${badge(status)}${deadLetters ? html` <span class="dead">${count(deadLetters)} dead</span>` : ''}`;

export const tookOf = ({ status, startedAt, createdAt, endedAt }: RunRecord): Html =>
  status === 'pending' ? html`–` : took(startedAt ?? createdAt, endedAt);

export const runTable = (runs: readonly RunRecord[], name: string): Html =>
  tableOf(
    name,
    [
      { heading: 'Run', kind: 'id' },
      { heading: 'Pipeline' },
      { heading: 'Partition' },
      { heading: 'Status' },
      { heading: 'Asked for' },
      { heading: 'Took', kind: 'number' },
      { heading: 'Why', kind: 'why' },
    ],
    runs.map((run) => [
      html`<a href="${runLink(run)}">${run.run}</a>`,
      html`<a href="${pipelineLink(run.pipeline)}">${run.pipeline}</a>`,
      partitionText(run),
      statusOf(run),
      moment(run.createdAt),
      tookOf(run),
      why(run) ?? run.trigger.kind,
    ]),
  );

export interface RunListFacts {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** How many of each pipeline were looked up. */
  readonly each: number;
}

export const runsPage = ({ runs, each }: RunListFacts): Page => ({
  title: 'Runs',
  regions: [
    {
      id: 'runs',
      body:
        runs.length === 0
          ? html`<p>Nothing has run yet.</p>`
          : html`<p>The ${each} newest runs of each pipeline; a pipeline’s page has all of its own.</p>${runTable(runs, 'The newest runs of all pipelines')}`,
    },
  ],
});
