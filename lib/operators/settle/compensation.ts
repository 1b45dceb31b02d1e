import { type CompensationAnswer, readExecutionName } from '../../records/index.ts';
import { endCompensation, leftOf } from '../compensate.ts';
import { RunFailedError } from '../run-failed-error.ts';
import { isoTime, type Services } from '../services.ts';
import type { Call, SettleAnswer } from './answer.ts';

const addressOf = ({ run, round }: Pick<Call<'compensationClosed'>, 'run' | 'round'>) => ({
  pipeline: run.pipeline,
  run: run.id,
  generation: readExecutionName(run.execution).generation,
  round,
});

/** Takes the compensation for its execution, and says what there is to undo: nothing where it has ended. */
export const compensationOpened = async (
  call: Call<'compensationOpened'>,
  services: Services,
): Promise<CompensationAnswer> => {
  const { ledger, now } = services;
  const { execution } = call;
  const at = addressOf(call);
  const { generation, round } = at;
  const before = (await ledger.runs.get(at.pipeline, at.run))?.compensation;
  const askedAt = before?.askedAt ?? isoTime(now());
  const record = await ledger.compensations.start(at, { generation, round, status: 'running', askedAt, execution });
  return { control: {}, undo: record ? await leftOf(record, at, services) : [] };
};

/** Ends the compensation; its execution fails where something was not undone, so that every AWS tool agrees. */
export const compensationClosed = async (
  call: Call<'compensationClosed'>,
  services: Services,
): Promise<SettleAnswer> => {
  const ended = await endCompensation(addressOf(call), undefined, services);
  if (ended?.status === 'failed') throw new RunFailedError(ended.cause ?? 'not all was undone');
  return { control: {} };
};
