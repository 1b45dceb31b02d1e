// The prices that an app says otherwise than the list, for the operators: a budget's alarm counts by the same ones as `heddle cost`.
import { existsSync, readFileSync } from 'node:fs';
import { pricesFile, readPriceList } from '../asl/index.ts';
import { formatDiagnostic } from '../definition/index.ts';

/** Lambda has 4 KB for all environment variables of a function. */
const mostCharacters = 2_500;

/**
 * HDL858: the file of prices that `monitoring.prices` names, or that lies beside cdk.json, cannot be read or has a field that is no
 * price (HDL810 says more of them); or it says more than an environment variable holds. Fix: correct the file, or say only what
 * differs from list prices.
 */
export const saidPrices = (named: string | undefined): string | undefined => {
  const file = named ?? pricesFile;
  const wrong = (message: string, fix: string): Error =>
    new Error(formatDiagnostic({ code: 'HDL858', severity: 'error', at: file, message, fix }));
  if (!existsSync(file)) {
    if (named === undefined) return undefined;
    throw wrong('there is no such file', 'correct its name in monitoring.prices');
  }
  const read = readPriceList(readFileSync(file, 'utf8'));
  if ('found' in read) throw wrong(read.found, read.fix);
  const said = JSON.stringify(read.said);
  if (said.length <= mostCharacters) return said;
  const expected = `at most ${mostCharacters}`;
  throw wrong(
    `it has ${said.length} characters, but is to have ${expected}`,
    'say what differs from list prices alone',
  );
};
