import { billOf, type Prices, type RunRecord, type Spent } from '../records/index.ts';
import { writeMetrics } from '../support/emf.ts';

const dollarsOf = (parts: readonly { readonly spent: Spent }[], by: Prices | undefined): number =>
  parts.reduce((sum, { spent }) => sum + billOf(spent, by).total, 0);

/** One EMF line for a run that ended: CloudWatch makes metrics of it, by pipeline. */
export const measureRun = (
  { pipeline, status, startedAt, endedAt, deadLetters, account }: RunRecord,
  prices?: Prices,
): void => {
  const stages = Object.values(account?.stages ?? {});
  const scores = stages.flatMap((stage) => Object.values(stage.scores ?? {}));
  const missed = scores.reduce((sum, { warned = 0, blocked = 0 }) => sum + warned + blocked, 0);
  writeMetrics({ pipeline }, [
    ['RunsCompleted', 'Count', status === 'completed' ? 1 : 0],
    ['RunsFailed', 'Count', status === 'failed' ? 1 : 0],
    ['DeadLetters', 'Count', deadLetters ?? 0],
    ['RunDuration', 'Milliseconds', startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined],
    // Of all of the run's executions: that of a run that went on is told again. The ledger is the one to ask what it cost.
    ['RunCost', 'None', account && dollarsOf([...stages, ...(account.others ? [account.others] : [])], prices)],
    ['ScoresMissed', 'Count', scores.length > 0 ? missed : undefined],
  ]);
};

/** What undoing a run cost, which was told when it ended. */
export const measureCompensation = (
  pipeline: string,
  undos: readonly { readonly spent: Spent }[],
  prices?: Prices,
): void => writeMetrics({ pipeline }, [['RunCost', 'None', dollarsOf(undos, prices)]]);
