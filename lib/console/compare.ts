// Two runs side by side: what is different, and where the time went.
import type { Fingerprint, RunRecord, StageRecord } from '../records/index.ts';
import { duration } from '../support/words.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { stageLink } from './run-grid.ts';
import { runLink, statusOf, tookOf } from './run-list.ts';
import { stageMs } from './stage-words.ts';
import { type Cell, tableOf } from './table.ts';
import { type Known, knownBlock } from './value.ts';
import { badge, count, moment } from './words.ts';

export interface Compared {
  readonly run: RunRecord;
  readonly stages: readonly StageRecord[];
  readonly input: Known;
  readonly output: Known;
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

const pairHtml = (title: string, one: Known, other: Known): Html => {
  const isSame = JSON.stringify(one) === JSON.stringify(other);
  return isSame
    ? html`<h2>${title}: the same</h2>${knownBlock(one)}`
    : html`<h2>${title}: different</h2><div class="pair">${[one, other].map((known, place) => html`<div><h3>${place === 0 ? 'First' : 'Second'}</h3>${knownBlock(known)}</div>`)}</div>`;
};

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
            { heading: 'Code and input', kind: 'why' },
          ],
          ids.map((id) => stageRow(id, facts)),
        )}`,
      },
      { id: 'inputs', body: pairHtml('Inputs', first.input, second.input) },
      { id: 'outputs', body: pairHtml('Outputs', first.output, second.output) },
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
