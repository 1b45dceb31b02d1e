// What a search found: runs, pipelines, stages, dead letters.
import type { RunRecord } from '../records/index.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { pipelineLink, runTable } from './run-list.ts';
import { count } from './words.ts';

export interface SearchFacts {
  readonly sought: string;
  readonly runs: readonly RunRecord[];
  readonly pipelines: readonly string[];
  /** Stages of that name, with their pipelines. */
  readonly stages: readonly (readonly [pipeline: string, stage: string])[];
  /** Dead letters whose cause or error holds it, by pipeline. */
  readonly letters: readonly (readonly [pipeline: string, count: number])[];
}

export const searchPage = ({ sought, runs, pipelines, stages, letters }: SearchFacts): Page => {
  const nothing = runs.length + pipelines.length + stages.length + letters.length === 0;
  const links = (title: string, found: readonly Html[]): Html =>
    found.length === 0
      ? html``
      : html`<h2>${title}</h2><ul class="notable">${found.map((one) => html`<li>${one}</li>`)}</ul>`;
  return {
    title: sought === '' ? 'Search' : `Search: ${sought}`,
    still: true,
    regions: [
      {
        id: 'found',
        body: html`${nothing ? html`<p>${sought === '' ? 'Type into the field above, and press Enter.' : 'Nothing found.'} It looks for ids of runs (whole, or the beginning of a recent one), partitions, names of pipelines and stages, and texts of open dead letters.</p>` : ''}
${runs.length === 0 ? '' : html`<h2>Runs</h2>${runTable(runs, 'Runs found')}`}
${links(
  'Pipelines',
  pipelines.map((name) => html`<a href="${pipelineLink(name)}">${name}</a>`),
)}
${links(
  'Stages',
  stages.map(([pipeline, stage]) => html`${stage} of <a href="${pipelineLink(pipeline)}">${pipeline}</a>`),
)}
${links(
  'Dead letters',
  letters.map(
    ([pipeline, n]) => html`<a href="${link(['dead-letters'], { pipeline })}">${count(n)} of ${pipeline}</a>`,
  ),
)}`,
      },
    ],
  };
};
