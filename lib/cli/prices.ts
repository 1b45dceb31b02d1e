// The prices that an app says otherwise than the list: `heddle.prices.json` beside its cdk.json.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pricesFile, readPriceList } from '../asl/index.ts';
import { type Prices, prices, withPrices } from '../records/index.ts';
import { CliError } from './cli-error.ts';
import type { Setting } from './setting.ts';

export { pricesFile };

/**
 * The list prices with what the file says instead; `given` is the file of `--prices`.
 * HDL810: a file of prices is not there, is no JSON, or has a field that is no price. Fix: correct the field: dollars of one unit as
 * in lib/records/prices.ts; of a model, of a million tokens, `{ "models": { "nova": { "input": 0.06, "output": 0.24 } } }`.
 */
export const readPrices = (
  { root, workingDirectory }: Pick<Setting, 'root' | 'workingDirectory'>,
  given: string | undefined,
): Prices => {
  const file = given === undefined ? join(root, pricesFile) : resolve(workingDirectory, given);
  if (given === undefined && !existsSync(file)) return prices;
  const wrong = (found: string, fix: string): CliError => {
    const expected = 'prices in dollars, such as { "calls": { "crm": 0.002 } }';
    return new CliError('HDL810', 2, `${given ?? pricesFile}: ${found}`, expected, fix);
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error), 'correct the file, or its name');
  }
  const read = readPriceList(text);
  if ('found' in read) throw wrong(read.found, read.fix);
  return withPrices(read.said);
};
