// The runs of a pipeline against its stages: what ran, for which partition, and how each stage of it stands.
import type { EndedStage, RunRecord } from '../records/index.ts';
import { duration } from '../support/words.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { partitionText, runLink, statusOf, tookOf } from './run-list.ts';
import { badge, markText, moment, plural } from './words.ts';

export interface GridRow {
  readonly run: RunRecord;
  readonly stages: readonly EndedStage[];
}

export interface GridFacts {
  readonly pipeline: string;
  /** Ids of the stages that are deployed now, in their order. */
  readonly stages: readonly string[];
  /** Newest first. */
  readonly rows: readonly GridRow[];
  /** Where older runs are. */
  readonly older: string | undefined;
  /** Whether these are not the newest. */
  readonly isPast: boolean;
}

/** More columns are no grid any more; a run's own page has all. */
const mostColumns = 60;

export const stageLink = ({ pipeline, run }: Pick<RunRecord, 'pipeline' | 'run'>, stage: string): string =>
  link(['runs', pipeline, run, 'stages', stage]);

/** `score: failed, 3 attempts, 1.2 s, 4 of 250 items failed`. */
const said = ({ stage, status, attempts, durationMs, items }: EndedStage): string =>
  [
    `${stage}: ${status}`,
    ...(attempts > 1 ? [plural(attempts, 'attempt')] : []),
    ...(durationMs === undefined ? [] : [duration(durationMs)]),
    ...(items?.failed ? [`${items.failed} of ${plural(items.total, 'item')} failed`] : []),
  ].join(', ');

const cell = (run: RunRecord, stage: string, state: EndedStage | undefined): Html => {
  if (!state) return html`<td class="cell"><span class="hidden">${stage}: not begun</span></td>`;
  const text = said(state);
  const mark = state.status === 'completed' && state.items?.failed ? '!' : markText(state.status);
  return html`<td class="cell"><a class="s-${state.status}" href="${stageLink(run, stage)}" aria-label="${text}" title="${text}">${mark}</a></td>`;
};

const row = ({ run, stages }: GridRow, columns: readonly string[]): Html => {
  const byId = new Map(stages.map((stage) => [stage.stage, stage]));
  return html`<tr>
<th scope="row"><a href="${runLink(run)}" class="id">${run.run}</a></th>
<td class="key">${partitionText(run)}</td>
<td>${statusOf(run)}</td>
<td>${moment(run.createdAt)}</td>
<td class="number">${tookOf(run)}</td>
${columns.map((stage) => cell(run, stage, byId.get(stage)))}
</tr>`;
};

const gridOf = ({ pipeline, stages, rows }: GridFacts): Html => {
  const others = rows.flatMap((one) => one.stages.map(({ stage }) => stage));
  const all = [...new Set([...stages, ...others])];
  const columns = all.slice(0, mostColumns);
  const beyond = all.length - columns.length;
  return html`<div class="scroll" role="region" aria-label="Runs of ${pipeline} and their stages" tabindex="0"><table class="grid">
<thead><tr><th scope="col">Run</th><th scope="col">Partition</th><th scope="col">Status</th><th scope="col">Asked for</th><th scope="col" class="number">Took</th>${columns.map(
    (stage) => html`<th scope="col" class="turned"><span>${stage}</span></th>`,
  )}</tr></thead>
<tbody>${rows.map((one) => row(one, columns))}</tbody></table></div>
<p class="legend">${(['completed', 'running', 'waiting', 'pending', 'failed', 'skipped', 'cancelled'] as const).map((status) => html`${badge(status)} `)}<span class="mark">!</span> completed, some items failed${
    beyond > 0 ? html` · ${plural(beyond, 'further stage')} on the pages of the runs` : ''
  }</p>`;
};

export const gridPage = (facts: GridFacts): Page => {
  const { pipeline, rows, older, isPast } = facts;
  const here = link(['pipelines', pipeline]);
  return {
    title: pipeline,
    regions: [
      {
        id: 'actions',
        body: html`<p class="actions"><a href="${link(['do', 'start'], { pipeline })}">Start a run</a><a href="${link(['pipelines', pipeline, 'partitions'])}">Partitions</a><a href="${link(['dead-letters'], { pipeline })}">Dead letters</a></p>`,
      },
      {
        id: 'grid',
        body: html`<h2>Runs${isPast ? ' before' : ''}</h2>${
          rows.length === 0
            ? html`<p>${isPast ? 'There are no older runs.' : 'It has not run yet.'}</p>`
            : gridOf(facts)
        }
<p class="pages">${isPast ? html`<a href="${here}">Newest</a> ` : ''}${older === undefined ? '' : html`<a href="${older}" rel="next">Older</a>`}</p>`,
      },
    ],
  };
};
