// Runs as a table, newest first.
import type { RunRecord } from '../records/index.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { tableOf } from './table.ts';
import { badge, moment, plural, took } from './words.ts';

export const runLink = ({ pipeline, run }: Pick<RunRecord, 'pipeline' | 'run'>): string =>
  link(['runs', pipeline, run]);

/** By an execution of its own: one that was skipped has had none. */
export const hasEnded = ({ status }: Pick<RunRecord, 'status'>): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

export const pipelineLink = (pipeline: string): string => link(['pipelines', pipeline]);

/** Why a run was not started, or not yet, or failed: a word to the status. */
const why = ({ status, cause, waits }: RunRecord): string | undefined =>
  status === 'pending' ? waits : status === 'completed' ? undefined : cause;

export const partitionText = ({ partition, run }: Pick<RunRecord, 'partition' | 'run'>): string =>
  partition === run ? '–' : partition;

export const statusOf = ({ status, deadLetters }: RunRecord): Html =>
  html`${badge(status)}${deadLetters ? html` <span class="dead">${plural(deadLetters, 'dead letter')}</span>` : ''}`;

export const tookOf = ({ status, startedAt, createdAt, endedAt }: RunRecord): Html =>
  status === 'pending' ? html`–` : took(startedAt ?? createdAt, endedAt);

export const runTable = (runs: readonly RunRecord[], name: string): Html =>
  tableOf(
    name,
    [
      { heading: 'Run', kind: 'id' },
      { heading: 'Pipeline' },
      { heading: 'Partition', kind: 'key' },
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

/** Those of the runs that are wanted: failed ones, or those that are not over. */
export const runFilters = ['failed', 'open'] as const;
export type RunFilter = (typeof runFilters)[number];

export interface RunListFacts {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** How many were looked up: of each pipeline, or of those under way. */
  readonly each: number;
  /** More are under way than were looked up. */
  readonly beyond?: boolean;
  /** @default all */
  readonly only?: RunFilter;
}

const filterWords: { readonly [filter in RunFilter]: string } = { failed: 'Failed', open: 'Under way' };

const told = ({ each, beyond, only }: RunListFacts): string => {
  if (only === 'open') return beyond ? `${each} of the runs that are not over: there are more.` : 'What is not over.';
  const newest = `the ${each} newest runs of each pipeline`;
  return only === 'failed'
    ? `Failed ones among ${newest}.`
    : `${newest.replace('the', 'The')}; a pipeline’s page has all of its own.`;
};

export const runsPage = (facts: RunListFacts): Page => {
  const { runs, only } = facts;
  const choice = (text: string, filter?: RunFilter): Html =>
    html`<a href="${link(['runs'], { only: filter })}"${filter === only ? html` aria-current="true"` : ''}>${text}</a>`;
  return {
    title: 'Runs',
    regions: [
      {
        id: 'choices',
        body: html`<p class="actions">${choice('All')}${runFilters.map((filter) => choice(filterWords[filter], filter))}</p>`,
      },
      {
        id: 'runs',
        body:
          runs.length === 0
            ? html`<p>${only === undefined ? 'Nothing has run yet. Open a pipeline and choose Start a run.' : `There is none. ${told(facts)}`}</p>`
            : html`<p>${told(facts)}</p>${runTable(runs, 'Runs, newest first')}`,
      },
    ],
  };
};
