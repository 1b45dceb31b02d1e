// The partitions of a pipeline as a calendar, from which they are run again.
import {
  calendarLayout,
  type PartitionSpec,
  type PartitionStanding,
  partitionStates,
  partitionWords,
} from '../records/index.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { pipelineLink, runLink } from './run-list.ts';
import { moreThan } from './table.ts';
import { badge, count, markText } from './words.ts';

export interface CalendarFacts {
  readonly pipeline: string;
  /** Undefined for a pipeline that takes any key. */
  readonly spec: PartitionSpec | undefined;
  readonly standings: readonly PartitionStanding[];
  /** The newest that is due, where those shown end before it and none between was run. */
  readonly due?: string;
  /** The first that was run, where it comes before those shown. */
  readonly earlier?: string;
}

const told = 20;

const backfillLink = (pipeline: string, partition: string): string =>
  link(['do', 'backfill'], { pipeline, from: partition, to: partition });

const cellHtml = (pipeline: string, standing: PartitionStanding | undefined, isDay: boolean): Html => {
  if (!standing) return html`<td class="cell"></td>`;
  const { partition, state, record } = standing;
  const href = record ? runLink({ pipeline, run: record.run }) : backfillLink(pipeline, partition);
  const text = `${partition}: ${state}${record ? '' : '; run it'}`;
  return html`<td class="cell"><a class="s-${state}" href="${href}" title="${text}" aria-label="${text}">${
    isDay ? html`<span class="day">${Number(partition.slice(8))}</span>` : ''
  }${markText(state)}</a></td>`;
};

const gridOf = ({ pipeline, standings }: CalendarFacts, spec: PartitionSpec): Html => {
  const { columns, cell } = calendarLayout(
    spec,
    standings.map(({ partition }) => partition),
  );
  const rows = new Map<string, Map<string, PartitionStanding>>();
  for (const standing of standings) {
    const { row, column } = cell(standing.partition);
    rows.set(row, (rows.get(row) ?? new Map()).set(column, standing));
  }
  const isDay = spec.kind === 'time' && spec.every === 'day';
  return html`<div class="scroll" role="region" aria-label="Partitions of ${pipeline}" tabindex="0"><table class="calendar">
<thead><tr><td></td>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${[...rows].map(
    ([row, cells]) =>
      html`<tr><th scope="row">${row}</th>${columns.map((column) => cellHtml(pipeline, cells.get(column), isDay))}</tr>`,
  )}</tbody></table></div>`;
};

const legendOf = (standings: readonly PartitionStanding[]): Html =>
  html`<p class="legend">${partitionStates.map((state) => {
    const n = standings.filter((one) => one.state === state).length;
    return n === 0 ? '' : badge(state, `${count(n)} ${state}`);
  })}</p>`;

const notableOf = ({ pipeline, standings }: CalendarFacts): Html => {
  const notable = standings.filter(({ state }) => state === 'failed' || state === 'stale');
  if (notable.length === 0) return html``;
  return html`<ul class="notable">${notable
    .slice(0, told)
    .map(
      ({ partition, state, record, because }) =>
        html`<li>${badge(state, `${partition}: ${state}`)}${because === undefined ? '' : `, ${because}`} ${
          record ? html`<a href="${runLink({ pipeline, run: record.run })}">its run</a> ` : ''
        }<a href="${backfillLink(pipeline, partition)}">run it again</a></li>`,
    )}</ul>${moreThan(told, notable.length)}`;
};

const outsideOf = ({ pipeline, due, earlier }: CalendarFacts): Html => {
  const shown = (text: string, query: { readonly from?: string; readonly to?: string }): Html =>
    html`<a href="${link(['pipelines', pipeline, 'partitions'], query)}">${text}</a>`;
  return html`${due === undefined ? '' : html`<p>All that come after these are missing, up to ${due}: ${shown('show them', { to: due })}.</p>`}${
    earlier === undefined
      ? ''
      : html`<p>Earlier ones were run, from ${earlier} on: ${shown('show them', { from: earlier })}.</p>`
  }`;
};

export const calendarPage = (facts: CalendarFacts): Page => {
  const { pipeline, spec, standings } = facts;
  return {
    title: `Partitions of ${pipeline}`,
    regions: [
      {
        id: 'actions',
        body: html`<p class="actions">${spec ? html`<a href="${link(['do', 'backfill'], { pipeline })}">Start a backfill</a>` : ''}<a href="${link(['backfills'])}">All backfills</a><a href="${pipelineLink(pipeline)}">Runs</a></p>`,
      },
      {
        id: 'calendar',
        body: html`<p>${spec ? `${partitionWords(spec)}. Each leads to its run, a missing one to a backfill of it.` : 'It takes any key; those of its newest runs.'}</p>${
          standings.length === 0
            ? html`<p>${spec ? 'No partition is due yet.' : 'It was not run yet.'}</p>`
            : html`${gridOf(facts, spec ?? { kind: 'keys', keys: standings.map(({ partition }) => partition) })}${legendOf(standings)}${notableOf(facts)}${outsideOf(facts)}`
        }`,
      },
    ],
  };
};
