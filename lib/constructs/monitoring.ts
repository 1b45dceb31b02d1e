// What is said in `monitoring`, checked: a budget that watches nothing would be found out about by the bill.
import type { Construct } from 'constructs';
import { formatDiagnostic } from '../definition/index.ts';
import { nearest } from '../support/nearest.ts';
import type { Monitoring } from './shared.ts';

/**
 * HDL850: a budget is of a pipeline that the orchestrator does not have, so it would watch nothing. Asked when the app is
 * synthesized, for pipelines may be made after the orchestrator. Fix: correct the name in `monitoring.budgets`, or take it out.
 *
 * HDL851: a budget or a share of failures is no number above 0 (of failures: and up to 100), so its alarm would always ring, or
 * never. Fix: give `monitoring.budgets` dollars a day, and `monitoring.failurePercent` percent of the runs of an hour.
 */
export const checkMonitoring = (
  scope: Construct,
  { budgets = {}, failurePercent = 20 }: Monitoring,
  pipelines: readonly string[],
): void => {
  const numbers = [
    ...Object.entries(budgets).map(([name, value]) => ({ at: `budgets.${name}`, value, most: Number.MAX_VALUE })),
    { at: 'failurePercent', value: failurePercent, most: 100 },
  ];
  for (const { at, value, most } of numbers)
    if (!(value > 0 && value <= most))
      throw new Error(
        formatDiagnostic({
          code: 'HDL851',
          severity: 'error',
          at: `monitoring.${at}`,
          message: `it is ${value}, but is to be a number above 0${most === 100 ? ' and up to 100' : ''}`,
          fix: most === 100 ? 'give percent of the runs of an hour' : 'give dollars a day',
        }),
      );
  scope.node.addValidation({
    validate: () =>
      Object.keys(budgets)
        .filter((name) => !pipelines.includes(name))
        .map((name) => {
          const like = nearest(name, pipelines);
          return formatDiagnostic({
            code: 'HDL850',
            severity: 'error',
            at: `monitoring.budgets.${name}`,
            message: `there is no pipeline ${name}; there is ${pipelines.join(', ') || 'none'}`,
            fix: like ? `say ${like}, or take it out` : 'say one that there is, or take it out',
          });
        }),
  });
};
