// Two runs side by side: what is different, and where the time went.
import type { Fingerprint, Json, RunRecord, StageRecord } from '../records/index.ts';
import { duration } from '../support/words.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { stageLink } from './run-grid.ts';
import { runLink, runTable, statusOf, tookOf } from './run-list.ts';
import { stageMs } from './stage-words.ts';
import { type Cell, tableOf } from './table.ts';
import { valueBlock } from './value.ts';
import { badge, count, moment } from './words.ts';

export interface Compared {
  readonly run: RunRecord;
  readonly stages: readonly StageRecord[];
  readonly output: Json | undefined;
}

export interface CompareFacts {
  readonly first: Compared;
  readonly second: Compared;
}

export const compareLink = (first: RunRecord, second?: RunRecord): string =>
  link(['compare', first.pipeline, first.run, ...(second ? [second.run] : [])]);

/** What two results of a stage were made of, as far as it differs. */
export const differenceOf = (one: Fingerprint | undefined, other: Fingerprint | undefined): string => {
  if (!one || !other) return '';
  const parts = (['code', 'contract', 'input'] as const).filter((part) => one[part] !== other[part]);
  return parts.length === 0 ? 'same code, same input' : `other ${parts.join(', other ')}`;
};

/** `1.2 s (+0.4 s)`. */
const against = (ms: number | undefined, before: number | undefined): string => {
  if (ms === undefined) return '–';
  if (before === undefined) return duration(ms);
  const more = ms - before;
  return `${duration(ms)} (${more < 0 ? '−' : '+'}${duration(Math.abs(more))})`;
};

const stageRow = (stage: string, { first, second }: CompareFacts): readonly Cell[] => {
  const [one, other] = [first, second].map(({ stages }) => stages.find((record) => record.stage === stage));
  const at = ({ run }: Compared, record: StageRecord | undefined): Html =>
    record ? html`<a href="${stageLink(run, stage)}">${badge(record.status)}</a>` : html`–`;
  const items = (record: StageRecord | undefined): string =>
    record?.items
      ? `${count(record.items.total)}${record.items.failed > 0 ? `, ${count(record.items.failed)} failed` : ''}`
      : '–';
  const ms = one && stageMs(one);
  return [
    stage,
    at(first, one),
    at(second, other),
    ms === undefined ? '–' : duration(ms),
    against(other && stageMs(other), ms),
    items(one),
    items(other),
    differenceOf(one?.fingerprint, other?.fingerprint),
  ];
};

const heads = ({ run }: Compared): Html => html`<a href="${runLink(run)}">${run.run}</a>`;

export const comparePage = (facts: CompareFacts): Page => {
  const { first, second } = facts;
  const both = [first, second];
  const ids = [...new Set(both.flatMap(({ stages }) => stages.map(({ stage }) => stage)))];
  const fact = (name: string, of: (run: RunRecord) => Cell): readonly Cell[] => [
    name,
    ...both.map(({ run }) => of(run)),
  ];
  return {
    title: `Two runs of ${first.run.pipeline}`,
    regions: [
      {
        id: 'runs',
        body: tableOf(
          'The two runs',
          [{ heading: 'Fact' }, { heading: 'First', kind: 'why' }, { heading: 'Second', kind: 'why' }],
          [
            ['Run', ...both.map(heads)],
            fact('Partition', ({ partition }) => partition),
            fact('Status', statusOf),
            fact('Asked for', ({ createdAt }) => moment(createdAt)),
            fact('Took', tookOf),
            fact('Trigger', ({ trigger }) => `${trigger.kind}: ${trigger.detail}`),
            fact('Definition', ({ definitionHash }) => definitionHash ?? '–'),
            fact('Executions', ({ generation = 1 }) => generation),
            fact('Cause', ({ cause }) => cause ?? '–'),
          ],
        ),
      },
      {
        id: 'stages',
        body: html`<h2>Stages</h2>${tableOf(
          'Stages of the two runs',
          [
            { heading: 'Stage' },
            { heading: 'First' },
            { heading: 'Second' },
            { heading: 'Took first', kind: 'number' },
            { heading: 'Took second', kind: 'number' },
            { heading: 'Items first', kind: 'number' },
            { heading: 'Items second', kind: 'number' },
            { heading: 'Made of', kind: 'why' },
          ],
          ids.map((id) => stageRow(id, facts)),
        )}`,
      },
      {
        id: 'outputs',
        body: html`<h2>Outputs</h2><div class="pair">${both.map(
          ({ output }, place) =>
            html`<div><h3>${place === 0 ? 'First' : 'Second'}</h3>${output === undefined ? html`<p class="muted">None.</p>` : valueBlock(output)}</div>`,
        )}</div>`,
      },
    ],
  };
};

/** Asks which run the first is to be compared with. */
export const chooseRunPage = (first: RunRecord, others: readonly RunRecord[]): Page => ({
  title: 'Compare with which run?',
  still: true,
  regions: [
    {
      id: 'first',
      body: html`<p>One is <a href="${runLink(first)}">${first.run}</a> of ${first.pipeline}; the other:</p><ul class="notable">${others.map(
        (other) =>
          html`<li><a href="${compareLink(other, first)}" class="id">${other.run}</a> ${statusOf(other)} ${other.partition}, ${moment(other.createdAt)}</li>`,
      )}</ul>${others.length === 0 ? html`<p class="muted">It is the only one.</p>` : ''}`,
    },
  ],
});

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
        body: html`${nothing ? html`<p>Nothing found. It looks for ids of runs (whole, or the beginning of a recent one), partitions, names of pipelines and stages, and texts of open dead letters.</p>` : ''}
${runs.length === 0 ? '' : html`<h2>Runs</h2>${runTable(runs, 'Runs found')}`}
${links(
  'Pipelines',
  pipelines.map((name) => html`<a href="${link(['pipelines', name])}">${name}</a>`),
)}
${links(
  'Stages',
  stages.map(([pipeline, stage]) => html`${stage} of <a href="${link(['pipelines', pipeline])}">${pipeline}</a>`),
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
