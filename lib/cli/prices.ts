// The prices that an app says otherwise than the list: `heddle.prices.json` beside its cdk.json.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { type Prices, prices } from '../records/index.ts';
import { nearest } from '../support/nearest.ts';
import { CliError } from './cli-error.ts';
import type { Setting } from './setting.ts';

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

/**
 * The list prices with what the file says instead; `given` is the file of `--prices`.
 * HDL810: a file of prices is not there, is no JSON, or has a field that is no price. Fix: correct the field: dollars of one unit as
 * in lib/records/prices.ts; of a model, of a million tokens, `{ "models": { "nova": { "input": 0.06, "output": 0.24 } } }`.
 */
export const readPrices = ({ root, workingDirectory }: Setting, given: string | undefined): Prices => {
  const file = given === undefined ? join(root, pricesFile) : resolve(workingDirectory, given);
  if (given === undefined && !existsSync(file)) return prices;
  const wrong = (found: string, fix: string): CliError =>
    new CliError(
      'HDL810',
      2,
      `${given ?? pricesFile}: ${found}`,
      'prices in dollars, such as { "calls": { "crm": 0.002 } }',
      fix,
    );
  let said: unknown;
  try {
    said = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), 'correct the file, or its name');
  }
  const read = form.safeParse(said);
  if (read.success) {
    const { models, calls, ...rest } = read.data as Partial<Prices>; // the form allows these fields only
    return { ...prices, ...rest, models: { ...prices.models, ...models }, calls: { ...prices.calls, ...calls } };
  }
  const [issue] = read.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined && issue?.path.length === 0) {
    const near = nearest(unknown, Object.keys(form.shape));
    throw wrong(
      `there is no price '${unknown}'`,
      near ? `did you mean ${near}?` : `one of ${Object.keys(form.shape).join(', ')}`,
    );
  }
  throw wrong(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, 'correct the field');
};
