// Dollars of what was spent, by a table of prices.
import { type Prices, prices } from './prices.ts';
import type { Spent } from './spent.ts';
import { dollarsOf } from './usage.ts';

export interface Bill {
  /** AWS's own: states, Lambdas, the ledger. */
  readonly aws: number;
  readonly models: number;
  readonly calls: number;
  readonly total: number;
  /** Models and services that no price is known of: they are not in the sums. */
  readonly unpriced: readonly string[];
}

export const noBill: Bill = { aws: 0, models: 0, calls: 0, total: 0, unpriced: [] };

/** Of one model's tokens; undefined where neither its handler nor the table says what they cost. */
export const dollarsOfModel = (model: string, spent: Spent, by: Prices = prices): number | undefined => {
  const use = spent.models?.[model];
  if (!use) return 0;
  if (use.dollars !== undefined) return use.dollars;
  const price = Object.hasOwn(by.models, model) ? by.models[model] : undefined;
  if (!price) return undefined;
  const { inputTokens, outputTokens, cachedTokens = 0 } = use;
  const cached = Math.min(cachedTokens, inputTokens);
  return (
    ((inputTokens - cached) * price.input + cached * (price.cached ?? price.input) + outputTokens * price.output) / 1e6
  );
};

export const billOf = (spent: Spent, by: Prices = prices): Bill => {
  const unpriced: string[] = [];
  let models = 0;
  for (const model of Object.keys(spent.models ?? {})) {
    const dollars = dollarsOfModel(model, spent, by);
    if (dollars === undefined) unpriced.push(model);
    else models += dollars;
  }
  let calls = 0;
  for (const [service, { count, dollars }] of Object.entries(spent.calls ?? {})) {
    const price = Object.hasOwn(by.calls, service) ? by.calls[service] : undefined;
    if (dollars === undefined && price === undefined) unpriced.push(service);
    else calls += dollars ?? count * (price ?? 0);
  }
  const aws = dollarsOf(spent.usage, by);
  return { aws, models, calls, total: aws + models + calls, unpriced };
};

export const sumBills = (bills: readonly Bill[]): Bill =>
  bills.reduce(
    (sum, bill) => ({
      aws: sum.aws + bill.aws,
      models: sum.models + bill.models,
      calls: sum.calls + bill.calls,
      total: sum.total + bill.total,
      unpriced: [...new Set([...sum.unpriced, ...bill.unpriced])],
    }),
    noBill,
  );
