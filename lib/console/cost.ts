// What runs cost: by pipeline, by day, by stage, by model.
import { price } from '../support/words.ts';
import { type Bar, barChart } from './chart.ts';
import { type Html, html, link } from './html.ts';
import type { Page } from './page.ts';
import { pipelineLink } from './run-list.ts';
import { type Cell, tableOf } from './table.ts';
import { count } from './words.ts';

/** Dollars. */
export interface CostLine {
  readonly key: string;
  readonly pipeline?: string;
  readonly runs: number;
  readonly aws: number;
  readonly models: number;
  readonly calls: number;
  readonly total: number;
}

export interface CostFacts {
  /** `30d`. */
  readonly since: string;
  readonly pipelines: readonly CostLine[];
  readonly days: readonly CostLine[];
  readonly stages: readonly CostLine[];
  readonly models: readonly {
    readonly model: string;
    readonly calls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly dollars: number | undefined;
  }[];
  /** Models and services of which no price is known: they are not in the sums. */
  readonly unpriced: readonly string[];
}

const spans = ['1d', '7d', '30d', '90d'] as const;

const dollars = [
  { heading: 'Runs', kind: 'number' },
  { heading: 'AWS $', kind: 'number' },
  { heading: 'Models $', kind: 'number' },
  { heading: 'Calls $', kind: 'number' },
  { heading: 'Total $', kind: 'number' },
  { heading: '$ / 1,000 runs', kind: 'number' },
] as const;

/** Writes the dollars of a column, each with the digits that its largest has, so that the points stand below each other. */
const pricer = (amounts: readonly number[]): ((amount: number) => string) => {
  const most = Math.max(0, ...amounts);
  const digits = most >= 100 ? 0 : most >= 1 ? 2 : 4;
  const least = 10 ** -digits;
  const form = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return (amount) => (amount === 0 ? '0' : amount < least ? `<${least}` : amount.toLocaleString('en-US', form));
};

/** The cells of each line. */
const cellsOf = (lines: readonly CostLine[]): readonly (readonly Cell[])[] => {
  const parts = (['aws', 'models', 'calls', 'total'] as const).map((part) => {
    const amounts = lines.map((line) => line[part]);
    return amounts.map(pricer(amounts));
  });
  const each = lines.map(({ runs, total }) => (runs === 0 ? undefined : (1_000 * total) / runs));
  const eachText = pricer(each.map((amount) => amount ?? 0));
  return lines.map(({ runs }, place) => {
    const amount = each[place];
    return [count(runs), ...parts.map((column) => column[place]), amount === undefined ? '–' : eachText(amount)];
  });
};

const dayMs = 86_400_000;

/** A bar for each day from the first to the last: days that cost nothing are seen as such. */
const barsOf = (days: readonly CostLine[]): readonly Bar[] => {
  const totals = new Map(days.map(({ key, total }) => [key, total]));
  const [from, to] = [days[0], days.at(-1)];
  if (!from || !to) return [];
  const first = Date.parse(from.key);
  return Array.from({ length: (Date.parse(to.key) - first) / dayMs + 1 }, (_, place) => {
    const key = new Date(first + place * dayMs).toISOString().slice(0, 10);
    return { name: key.slice(5), value: totals.get(key) ?? 0 };
  });
};

const section = (title: string, first: string, lines: readonly CostLine[], name: (line: CostLine) => Cell): Html => {
  const cells = cellsOf(lines);
  return html`<h2>${title}</h2>${tableOf(
    title,
    [{ heading: first }, ...dollars],
    lines.map((line, place) => [name(line), ...(cells[place] ?? [])]),
  )}`;
};

export const costPage = ({ since, pipelines, days, stages, models, unpriced }: CostFacts): Page => ({
  title: 'Cost',
  restMs: 60_000,
  regions: [
    {
      id: 'span',
      body: html`<p class="actions">${spans.map(
        (span) =>
          html`<a href="${link(['cost'], { since: span })}"${span === since ? html` aria-current="true"` : ''}>${span}</a>`,
      )}</p><p class="muted">In US dollars: what runs of the last ${since} used, at list prices or those of heddle.prices.json. The local engine is charged nothing.</p>${
        unpriced.length === 0
          ? ''
          : html`<p class="cause">No price is known of ${unpriced.join(', ')}: they are not in the sums.</p>`
      }`,
    },
    {
      id: 'cost',
      body:
        pipelines.length === 0
          ? html`<p>No run of that time has an account yet.</p>`
          : html`${barChart(barsOf(days), (value) => `$${price(value)}`)}${section('By pipeline', 'Pipeline', pipelines, ({ key }) => html`<a href="${pipelineLink(key)}">${key}</a>`)}${section(
              'By day',
              'Day (UTC)',
              days,
              ({ key }) => key,
            )}${section('By stage', 'Stage', stages, ({ key, pipeline = '' }) => `${pipeline} ${key}`)}${
              models.length === 0
                ? ''
                : html`<h2>By model</h2>${tableOf(
                    'By model',
                    [
                      { heading: 'Model' },
                      { heading: 'Calls', kind: 'number' },
                      { heading: 'Tokens in', kind: 'number' },
                      { heading: 'Tokens out', kind: 'number' },
                      { heading: '$', kind: 'number' },
                    ],
                    models.map(({ model, calls, inputTokens, outputTokens, dollars: paid }) => [
                      model,
                      count(calls),
                      count(inputTokens),
                      count(outputTokens),
                      paid === undefined ? 'not known' : price(paid),
                    ]),
                  )}`
            }`,
    },
  ],
});
