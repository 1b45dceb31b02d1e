// Pools: what they allow, who holds them and who waits.
import type { PoolRecord } from '../records/index.ts';
import { duration } from '../support/words.ts';
import { type Html, html } from './html.ts';
import type { Page } from './page.ts';
import { stageLink } from './run-grid.ts';
import { moreThan, tableOf } from './table.ts';
import { count, moment, plural } from './words.ts';

/** A stage of a run; or a call from inside a handler, by the name that it took. */
export type PoolUser =
  | { readonly pipeline: string; readonly run: string; readonly stage: string }
  | { readonly call: string };

export interface PoolFacts {
  readonly pool: Pick<PoolRecord, 'pool' | 'key' | 'limits'>;
  readonly holders: readonly PoolUser[];
  /** In their order. */
  readonly waiting: readonly (PoolUser & { readonly since: string; readonly low: boolean })[];
}

const shown = 20;

const userHtml = (user: PoolUser): Html =>
  'call' in user
    ? html`a call, ${user.call}`
    : html`<a href="${stageLink(user, user.stage)}">${user.stage}</a> of ${user.pipeline} ${user.run}`;

const limitsText = ({ limits: { slots, intervalMs } }: PoolFacts['pool']): string =>
  [
    ...(slots === undefined ? [] : [plural(slots, 'slot')]),
    ...(intervalMs === undefined ? [] : [`a call every ${duration(intervalMs)}`]),
  ].join(', ') || 'no limit';

const poolHtml = ({ pool, holders, waiting }: PoolFacts): Html => {
  const { slots } = pool.limits;
  const taken =
    slots === undefined
      ? ''
      : html`<progress max="${slots}" value="${holders.length}" aria-label="Slots that are held">${holders.length} of ${slots}</progress>`;
  return html`<article class="card"><h2>${pool.pool}${pool.key === '' ? '' : html` <span class="muted">${pool.key}</span>`}</h2>
<p>${limitsText(pool)}; ${count(holders.length)} held, ${count(waiting.length)} waiting ${taken}</p>
${
  holders.length === 0
    ? ''
    : tableOf(
        `Who holds ${pool.pool}`,
        [{ heading: 'Holds a slot', kind: 'why' }],
        holders.slice(0, shown).map((user) => [userHtml(user)]),
      )
}${moreThan(shown, holders.length)}${
  waiting.length === 0
    ? ''
    : tableOf(
        `Who waits for ${pool.pool}`,
        [{ heading: 'Waits', kind: 'why' }, { heading: 'Since' }, { heading: 'Priority' }],
        waiting.slice(0, shown).map((user) => [userHtml(user), moment(user.since), user.low ? 'low' : 'usual']),
      )
}${moreThan(shown, waiting.length)}</article>`;
};

export const poolsPage = (pools: readonly PoolFacts[]): Page => ({
  title: 'Pools',
  regions: [
    {
      id: 'pools',
      body: html`<p class="muted">Slots and rates that stages share, of those in use now or a few minutes ago.</p>${
        pools.length === 0 ? html`<p>No pool is in use.</p>` : pools.map(poolHtml)
      }`,
    },
  ],
});
