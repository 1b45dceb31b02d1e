// Backfills: which there are, and how one goes.
import {
  type BackfillPlan,
  type BackfillRecord,
  backfillRunId,
  type PlannedState,
  type Status,
  statesOf,
} from '../records/index.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { pipelineLink, runLink } from './run-list.ts';
import { moreThan, tableOf } from './table.ts';
import { badge, count, moment, plural, took } from './words.ts';

const statusOf: { readonly [status in BackfillRecord['status']]: Status } = {
  running: 'running',
  paused: 'waiting',
  cancelled: 'cancelled',
  completed: 'completed',
  failed: 'failed',
};
const stateOf: { readonly [state in PlannedState]: readonly [Status, string] } = {
  waiting: ['pending', 'to come'],
  asked: ['running', 'under way'],
  completed: ['completed', 'completed'],
  failed: ['failed', 'failed'],
  blocked: ['skipped', 'not started'],
};
const order = ['failed', 'asked', 'blocked', 'waiting', 'completed'] as const;

const countsHtml = (states: readonly PlannedState[]): Html =>
  html`${order.map((state) => {
    const n = states.filter((one) => one === state).length;
    const [status, word] = stateOf[state];
    return n === 0 ? '' : html`${badge(status, `${count(n)} ${word}`)} `;
  })}`;

const status = ({ status: now }: BackfillRecord): Html => badge(statusOf[now], now);

const backfillLink = (id: string): string => link(['backfills', id]);

export const backfillsPage = (backfills: readonly BackfillRecord[]): Page => ({
  title: 'Backfills',
  regions: [
    {
      id: 'backfills',
      body:
        backfills.length === 0
          ? html`<p>There is none yet. To begin one, open a <a href="/">pipeline</a>, then its Partitions, and choose Start a backfill.</p>`
          : tableOf(
              'Backfills, newest first',
              [
                { heading: 'Backfill', kind: 'id' },
                { heading: 'Status' },
                { heading: 'Of', kind: 'why' },
                { heading: 'Runs', kind: 'why' },
                { heading: 'Begun' },
                { heading: 'By' },
              ],
              backfills.map((one) => [
                html`<a href="${backfillLink(one.id)}">${one.id}</a>`,
                status(one),
                one.what,
                countsHtml(statesOf(one.states)),
                moment(one.createdAt),
                one.by,
              ]),
            ),
    },
  ],
});

export interface BackfillFacts {
  readonly backfill: BackfillRecord;
  readonly plan: BackfillPlan;
}

const shownRuns = 200;

const actionsOf = ({ id, status: now }: BackfillRecord): Html => {
  const act = (name: string, text: string): Html => html`<a href="${link(['do', name], { id })}">${text}</a>`;
  if (now === 'running')
    return html`<p class="actions">${act('pauseBackfill', 'Pause')}${act('cancelBackfill', 'Cancel')}</p>`;
  if (now === 'paused')
    return html`<p class="actions">${act('resumeBackfill', 'Resume')}${act('cancelBackfill', 'Cancel')}</p>`;
  return html``;
};

export const backfillPage = ({ backfill, plan }: BackfillFacts): Page => {
  const states = statesOf(backfill.states);
  const places = [...plan.keys()].toSorted(
    (a, b) => order.indexOf(states[a] ?? 'waiting') - order.indexOf(states[b] ?? 'waiting'),
  );
  return {
    title: `Backfill ${backfill.id}`,
    regions: [
      {
        id: 'backfill',
        body: html`${actionsOf(backfill)}<p class="lead">${status(backfill)} ${backfill.what}</p><p>${countsHtml(states)}of ${plural(plan.length, 'run')}, ${backfill.concurrency} at once; by ${backfill.by}, begun ${moment(backfill.createdAt)}${backfill.endedAt === undefined ? '' : html`, took ${took(backfill.createdAt, backfill.endedAt)}`}</p>`,
      },
      {
        id: 'runs',
        body: html`<h2>Runs</h2>${tableOf(
          'Runs of the backfill',
          [
            { heading: 'Pipeline' },
            { heading: 'Partition', kind: 'key' },
            { heading: 'State' },
            { heading: 'Run', kind: 'id' },
          ],
          places.slice(0, shownRuns).map((place) => {
            const { pipeline = '', partition = '' } = plan[place] ?? {};
            const state = states[place] ?? 'waiting';
            const [shown, word] = stateOf[state];
            const run = backfill.others?.[place] ?? backfillRunId(pipeline, partition, backfill.id);
            const begun = state !== 'waiting' && state !== 'blocked';
            return [
              html`<a href="${pipelineLink(pipeline)}">${pipeline}</a>`,
              partition,
              badge(shown, word),
              begun ? html`<a href="${runLink({ pipeline, run })}">${run}</a>` : '–',
            ];
          }),
        )}${moreThan(shownRuns, plan.length)}`,
      },
    ],
  };
};
