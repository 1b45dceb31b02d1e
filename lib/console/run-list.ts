// Runs as a table, newest first.
import type { RunRecord } from '../records/index.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { badge, moment, took } from './words.ts';

export const runLink = ({ pipeline, run }: Pick<RunRecord, 'pipeline' | 'run'>): string =>
  link(['runs', pipeline, run]);

export const pipelineLink = (pipeline: string): string => link(['pipelines', pipeline]);

/** Why a run was not started, or not yet, or failed: a word to the status. */
const why = ({ status, cause, waits }: RunRecord): string | undefined =>
  status === 'pending' ? waits : status === 'completed' ? undefined : cause;

const row = (run: RunRecord): Html => html`<tr>
<td><a href="${runLink(run)}" class="id">${run.run}</a></td>
<td><a href="${pipelineLink(run.pipeline)}">${run.pipeline}</a></td>
<td>${run.partition === run.run ? '–' : run.partition}</td>
<td>${badge(run.status)}${run.deadLetters ? html` <span class="dead">${run.deadLetters} dead</span>` : ''}</td>
<td>${moment(run.createdAt)}</td>
<td class="number">${run.status === 'pending' ? '–' : took(run.startedAt ?? run.createdAt, run.endedAt)}</td>
<td class="why">${why(run) ?? run.trigger.kind}</td>
</tr>`;

export const runTable = (runs: readonly RunRecord[], caption: string): Html =>
  html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="list"><caption class="hidden">${caption}</caption>
<thead><tr><th scope="col">Run</th><th scope="col">Pipeline</th><th scope="col">Partition</th><th scope="col">Status</th><th scope="col">Asked for</th><th scope="col" class="number">Took</th><th scope="col">Why</th></tr></thead>
<tbody>${runs.map(row)}</tbody></table></div>`;

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
