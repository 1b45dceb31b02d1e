// The prices that an app says otherwise than the list: what may stand in its `heddle.prices.json`. Pure.
import * as z from 'zod';
import { type Prices, prices } from '../records/index.ts';
import { nearest } from '../support/nearest.ts';

/** Beside the app's cdk.json. */
export const pricesFile = 'heddle.prices.json';

const dollars = z.number().nonnegative();
const { readOn: _readOn, region: _region, customMetrics: _metrics, models: _models, calls: _calls, ...units } = prices;
const form = z.strictObject({
  readOn: z.string().optional(),
  region: z.string().optional(),
  ...Object.fromEntries(Object.keys(units).map((name) => [name, dollars.optional()])),
  models: z
    .record(z.string(), z.strictObject({ input: dollars, output: dollars, cached: dollars.optional() }))
    .optional(),
  calls: z.record(z.string(), dollars).optional(),
});

/** What a file of prices says, or what is wrong with it. */
export type SaidPrices = { readonly said: Partial<Prices> } | { readonly found: string; readonly fix: string };

export const readPriceList = (text: string): SaidPrices => {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return { found: error instanceof Error ? error.message : String(error), fix: 'correct the file, or its name' };
  }
  const read = form.safeParse(given);
  if (read.success) return { said: read.data as Partial<Prices> }; // the form allows these fields only
  const [issue] = read.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown === undefined || issue?.path.length !== 0)
    return { found: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, fix: 'correct the field' };
  const near = nearest(unknown, Object.keys(form.shape));
  const fix = near ? `did you mean ${near}?` : `one of ${Object.keys(form.shape).join(', ')}`;
  return { found: `there is no price '${unknown}'`, fix };
};
